import { z } from "zod";
import { listed } from "../did-you-mean.ts";
import type { FactType } from "../fact-types.ts";
import { parsePercent } from "../literals.ts";
import { windows } from "../policy.ts";
import type { Limit } from "../policy.ts";
import { isRolling, type RollingWindow } from "../rolling-window.ts";
import type { SharedLimits } from "../shared.ts";
import { readCap } from "./caps.ts";
import { anyWordFact, factNamed, summedFact, wordFact } from "./fact-names.ts";
import { Slug, checkReserved } from "./names.ts";
import { itemsAt, readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { checkRoute } from "./routes.ts";
import type { RouteNames } from "./routes.ts";
import { isShared, readShared } from "./shared-limit.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What a limit says of itself, wherever it is declared. */
export const counted = {
  sum: z.string().optional().describe("the fact to add up"),
  count: z.literal(true).optional().describe("`count: true`, or leave it out"),
  per: z.array(z.string()).describe("the facts that make one account, such as `per: [partner]`; `[]` is one for all"),
  window: z
    .union([z.enum(windows), z.custom<RollingWindow>((given) => typeof given === "string" && isRolling(given))])
    .describe(`one of ${listed(windows)}, or 1 to 400 days such as \`90d\``),
  cap: z.unknown().optional(),
  warnAt: z
    .string()
    .refine((text) => within(parsePercent(text)))
    .optional()
    .describe("a share of the cap over 0% and up to 100%, such as `80%`"),
  over: z.enum(["escalate", "block"]).describe("`escalate` or `block`: what is over a cap is never executed"),
  route: z.string().optional().describe("the name of a route"),
};

const LimitFields = z.strictObject({
  id: Slug,
  ...counted,
  unknown: z
    .literal("passes")
    .optional()
    .describe("`unknown: passes`, or leave it out: then a request whose `per` is not known asks people"),
});
type LimitFields = z.infer<typeof LimitFields>;

/** What a cool-down says of itself, wherever it is declared: once, and not again before so many days are over. */
export const resting = {
  cooldown: z
    .custom<RollingWindow>((given) => typeof given === "string" && isRolling(given))
    .describe("1 to 400 days such as `14d`, each of 24 hours"),
  per: counted.per,
  over: counted.over,
  route: counted.route,
};

/** What a cool-down counts: one request in a window that rolls. */
export const onceOnly = { sum: null, cap: 1, warnAtPpm: null, cooldown: true } as const;

const CooldownFields = z.strictObject({
  id: LimitFields.shape.id,
  ...resting,
  unknown: LimitFields.shape.unknown,
});

function within(ppm: number | undefined): boolean {
  return ppm !== undefined && ppm > 0 && ppm <= 1_000_000;
}

/** Whether requests are counted, and not a fact added up; undefined when the file does not say which. */
export function readCounted(
  reader: Reader,
  path: Path,
  { sum, count }: Pick<LimitFields, "sum" | "count">,
): boolean | undefined {
  if ((sum === undefined) !== (count === undefined)) return sum === undefined;
  reader.report(path, "a limit needs one of `sum` and `count`", "write `sum: fact`, or `count: true`");
  return undefined;
}

/** What is added up: null for requests. Undefined when the file does not say which. */
function readSummed(
  reader: Reader,
  path: Path,
  fields: LimitFields,
  facts: readonly FactType[],
): FactType | null | undefined {
  const isCount = readCounted(reader, path, fields);
  if (isCount === undefined || isCount) return isCount === undefined ? undefined : null;
  const report = (message: string, fix: string) => reader.report([...path, "sum"], message, fix);
  return factNamed(report, fields.sum ?? "", facts, summedFact);
}

/** A fact that a request may leave out makes an account only where the limit says that such a request passes. */
function checkAccount(
  reader: Reader,
  path: Path,
  { per, unknown }: Pick<LimitFields, "per" | "unknown">,
  facts: readonly FactType[],
): void {
  for (const [index, name] of per.entries()) {
    const report = (message: string, fix: string) => reader.report([...path, "per", index], message, fix);
    factNamed(report, name, facts, unknown === undefined ? wordFact : anyWordFact);
    if (per.indexOf(name) < index) report(`\`${name}\` is listed twice`, "keep one");
  }
  const mayBeLeftOut = per.some((name) => facts.some((type) => type.name === name && type.optional === true));
  if (unknown === undefined || mayBeLeftOut) return;
  reader.reportKey(path, "unknown", "no request may leave out a fact of `per`", "remove `unknown`");
}

type Counted = Pick<z.infer<typeof LimitFields>, "id" | "per" | "over" | "route" | "unknown"> & {
  readonly noun: string;
};

/** What a limit and a cool-down have in common: a name and an account of their own, and who is asked over it. */
function readAsked(reader: Reader, path: Path, counting: Counted, { facts }: Vocabulary, routes: RouteNames) {
  const { noun, id, over, route, unknown } = counting;
  checkReserved(reader, [...path, "id"], id);
  checkAccount(reader, path, counting, facts);
  checkRoute(reader, path, { noun, effect: over, route }, routes);
  return { over, route: route ?? routes.default, ...(unknown !== undefined && { unknown }) };
}

function readLimit(
  reader: Reader,
  path: Path,
  value: unknown,
  vocabulary: Vocabulary,
  routes: RouteNames,
): Limit | undefined {
  const fields = readMap(reader, path, value, LimitFields);
  if (fields === undefined) return undefined;
  const { id, per, window, warnAt } = fields;
  const asked = readAsked(reader, path, { noun: "a limit", ...fields }, vocabulary, routes);
  const summed = readSummed(reader, path, fields, vocabulary.facts);
  if (summed === undefined) return undefined;
  const cap = readCap(reader, [...path, "cap"], fields.cap, summed, vocabulary);
  if (cap === undefined) return undefined;
  const warnAtPpm = warnAt === undefined ? null : (parsePercent(warnAt) ?? null);
  return { id, sum: summed?.name ?? null, per, window, cap, warnAtPpm, ...asked };
}

/** A cool-down is a rolling limit of one request: it is counted in the same accounts, and held the same way. */
function readCooldown(
  reader: Reader,
  path: Path,
  value: unknown,
  vocabulary: Vocabulary,
  routes: RouteNames,
): Limit | undefined {
  const fields = readMap(reader, path, value, CooldownFields);
  if (fields === undefined) return undefined;
  const { id, cooldown: window, per } = fields;
  const asked = readAsked(reader, path, { noun: "a cool-down", ...fields }, vocabulary, routes);
  return { id, per, window, ...asked, ...onceOnly };
}

/** Whether a limit is written as a cool-down. */
export function isCooldown(item: unknown): boolean {
  return typeof item === "object" && item !== null && "cooldown" in item;
}

/** The limits of a policy over windows of time, in file order: its own, and the shared ones that it names. */
export function readLimits(
  reader: Reader,
  value: unknown,
  vocabulary: Vocabulary,
  { shared, routes }: { readonly shared: SharedLimits; readonly routes: RouteNames },
): readonly Limit[] {
  if (value === undefined) return [];
  const fix =
    "write limits with `id`, `sum` or `count`, `per`, `window`, `cap` and `over`, with `cooldown`, or with `shared`";
  const { facts } = vocabulary;
  return itemsAt(reader, ["limits"], value, fix).flatMap((item, index) => {
    const path = ["limits", index];
    const limit = isShared(item)
      ? readShared(reader, path, item, { facts, shared, routes })
      : (isCooldown(item) ? readCooldown : readLimit)(reader, path, item, vocabulary, routes);
    return limit ?? [];
  });
}
