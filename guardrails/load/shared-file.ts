import { z } from "zod";
import type { AccountUnit } from "../../domain/account.ts";
import { Currency } from "../../domain/money.ts";
import { frozen } from "../frozen.ts";
import { parsePercent, parseMoney } from "../literals.ts";
import type { Cap } from "../policy.ts";
import type { Problem } from "../problem.ts";
import type { SharedLimit } from "../shared.ts";
import { readAmount } from "./amounts.ts";
import { counted, isCooldown, onceOnly, readCounted, resting } from "./limits.ts";
import { isRolling } from "../rolling-window.ts";
import { Slug, checkReserved } from "./names.ts";
import { checkUse } from "./param-use.ts";
import { readParams } from "./params.ts";
import { readMap, readerOf } from "./reader.ts";
import type { Reader } from "./reader.ts";
import type { FileText } from "./written-text.ts";
import { Timezone, warnOfZone } from "./settings.ts";
import { readParamRef } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

export type LoadedShared =
  | { readonly kind: "loaded"; readonly limit: SharedLimit; readonly warnings: readonly Problem[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

const SharedFields = z.strictObject({
  shared: Slug,
  timezone: Timezone,
  params: z.unknown().optional(),
  ...counted,
});
type SharedFields = z.infer<typeof SharedFields>;

const RestingFields = z.strictObject({ shared: Slug, timezone: Timezone, ...resting });

const DepositFields = z.strictObject({
  deposited: Currency.describe("a currency of ISO 4217 that has a minor unit, such as `USD`"),
});

type Capped = { readonly cap: Cap; readonly unit: AccountUnit };

const count = { unit: "count", currency: null } as const;
const plain = { unit: "number", currency: null } as const;

function readDeposited(reader: Reader, value: unknown): Capped | undefined {
  const currency = readMap(reader, ["cap"], value, DepositFields)?.deposited;
  return currency === undefined ? undefined : { cap: { deposited: currency }, unit: { unit: "minor", currency } };
}

function readCapParam(reader: Reader, value: unknown, isCount: boolean, vocabulary: Vocabulary): Capped | undefined {
  const param = readParamRef(reader, ["cap"], value, vocabulary);
  if (param === undefined) return undefined;
  const cap = { param: param.name };
  if (param.kind === "number") return { cap, unit: isCount ? count : plain };
  if (param.kind === "minor" && !isCount) return { cap, unit: { unit: "minor", currency: param.currency } };
  const fix = isCount ? "use a whole number" : "use an amount of money or a whole number";
  reader.report(["cap", "param"], `\`${param.name}\` is no cap`, fix);
  return undefined;
}

/** The cap, in the unit that it brings: nothing else in the file says what the summed fact is counted in. */
function readCap(reader: Reader, value: unknown, isCount: boolean, vocabulary: Vocabulary): Capped | undefined {
  if (value === undefined || value === null) {
    reader.report([], "`cap` is missing", "write an amount, `cap: { param: name }` or `cap: { deposited: USD }`");
    return undefined;
  }
  if (typeof value === "object" && "deposited" in value) return readDeposited(reader, value);
  if (typeof value === "object") return readCapParam(reader, value, isCount, vocabulary);
  const money = isCount ? undefined : parseMoney(value);
  if (money !== undefined) return { cap: money.minor, unit: { unit: "minor", currency: money.currency } };
  const amount = readAmount(reader, ["cap"], value, isCount || typeof value === "number" ? "number" : "minor");
  return amount && { cap: amount.value, unit: isCount ? count : plain };
}

/** The least a cap may ever be, whatever overrides set. */
function leastOf(cap: Cap, { params }: Vocabulary): number {
  if (typeof cap === "number") return cap;
  const param = "param" in cap ? params.find(({ name }) => name === cap.param) : undefined;
  return Math.min(param?.value ?? 0, param?.allowed?.min ?? 0);
}

/** Money that nobody gave cannot be approved, and deposits name a partner and a period of the calendar in UTC. */
function checkFund(reader: Reader, { sum, per, over, window, timezone }: SharedFields): void {
  if (sum === undefined) reader.report([], "a fund adds up money", "write `sum: fact` in place of `count`");
  if (per.join() !== "partner") reader.report(["per"], "a fund is a partner's", "write `per: [partner]`");
  if (over !== "block") reader.report(["over"], "a fund has no more than was deposited", "write `over: block`");
  if (window === "calendar-day" || window === "calendar-week" || isRolling(window)) {
    reader.report(["window"], "a fund is given for a month or longer", "write `calendar-month`, or a longer one");
  }
  if (timezone !== undefined && timezone !== "UTC") {
    reader.report(["timezone"], "the periods of a fund are counted in UTC", "remove it");
  }
}

type Named = Pick<SharedFields, "shared" | "sum" | "per" | "over" | "route">;

function checkNames(reader: Reader, file: string, { shared: id, sum, per, over, route }: Named): void {
  checkReserved(reader, ["shared"], id);
  if (file.split(/[/\\]/).at(-1) !== `${id}.yaml`) {
    reader.report(["shared"], `shared limit \`${id}\` is kept in another file`, `name the file \`${id}.yaml\``);
  }
  const fix = "write a name such as `partner`";
  const isName = (name: string) => /^[a-z][A-Za-z0-9]*$/.test(name);
  if (sum !== undefined && !isName(sum)) reader.report(["sum"], `\`${sum}\` is no fact's name`, fix);
  for (const [index, name] of per.entries()) {
    if (!isName(name)) reader.report(["per", index], `\`${name}\` is no fact's name`, fix);
    if (per.indexOf(name) < index) reader.report(["per", index], `\`${name}\` is listed twice`, "keep one");
  }
  if (over === "escalate" && route === undefined) {
    reader.report([], "`route` is missing", "write the name of a route that each policy which names this limit has");
  }
  if (over === "block" && route !== undefined) {
    reader.reportKey([], "route", "a limit that says `block` asks nobody", "remove the route");
  }
}

/** A cool-down that several policies name: one request of an account, whichever of them lets it through. */
function loadResting(reader: Reader, file: string): LoadedShared {
  const fields = readMap(reader, [], reader.value, RestingFields);
  if (fields !== undefined) checkNames(reader, file, fields);
  const problems = reader.problems();
  if (problems.length > 0 || fields === undefined) return { kind: "refused", problems };
  const { shared: id, timezone = "UTC", per, cooldown: window, over, route = null } = fields;
  warnOfZone(reader, timezone);
  const limit = { id, timezone, per, unit: count, window, over, route, params: [], ...onceOnly };
  return { kind: "loaded", warnings: reader.warnings(), limit: frozen(limit) };
}

/**
 * Reads the file of a shared limit. Gives the limit, or every problem in the file in its order; never throws for what the
 * text says. `file` is for messages, and its name must be the limit's id.
 */
export function loadShared(file: string, text: FileText): LoadedShared {
  const reader = readerOf(file, text);
  if (reader.value === undefined) return { kind: "refused", problems: reader.problems() };
  if (isCooldown(reader.value)) return loadResting(reader, file);
  const fields = readMap(reader, [], reader.value, SharedFields);
  if (fields === undefined) return { kind: "refused", problems: reader.problems() };
  const written = { params: fields.params, limits: [fields] };
  const params = readParams(reader, fields.params, []);
  const vocabulary = { facts: [], params, declaredParams: Object.keys(fields.params ?? {}), zone: "UTC" };
  checkNames(reader, file, fields);
  const isCount = readCounted(reader, [], fields);
  const capped = readCap(reader, fields.cap, isCount === true, vocabulary);
  if (capped !== undefined && leastOf(capped.cap, vocabulary) < 0) {
    reader.report(["cap"], "a cap may not be negative", "write zero or more");
  }
  if (typeof capped?.cap === "object" && "deposited" in capped.cap) checkFund(reader, fields);
  const limits = capped === undefined ? [] : [capped];
  checkUse(reader, written, vocabulary.declaredParams, { rules: [], invariants: [], terms: [], limits });
  const problems = reader.problems();
  if (problems.length > 0 || capped === undefined) return { kind: "refused", problems };
  const { shared: id, timezone = "UTC", sum = null, per, window, warnAt, over, route = null } = fields;
  const warnAtPpm = warnAt === undefined ? null : (parsePercent(warnAt) ?? null);
  warnOfZone(reader, timezone);
  return {
    kind: "loaded",
    warnings: reader.warnings(),
    limit: frozen({ id, timezone, sum, per, ...capped, window, warnAtPpm, over, route, params }),
  };
}
