import { z } from "zod";
import { listed, nearest } from "../did-you-mean.ts";
import type { FactType } from "../fact-types.ts";
import { unitOf } from "../limits.ts";
import type { Limit, Param } from "../policy.ts";
import type { SharedLimit, SharedLimits } from "../shared.ts";
import { factNamed, summedFact, wordFact } from "./fact-names.ts";
import { entriesAt, readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import type { RouteNames } from "./routes.ts";

const NamedFields = z.strictObject({
  shared: z.string().describe("the id of a shared limit"),
  sum: z.string().optional().describe("what this policy calls the fact that the shared limit adds up"),
  per: z.unknown().optional(),
});

/** Whether an entry of `limits` names a shared limit. */
export function isShared(item: unknown): item is { readonly shared: unknown } {
  return typeof item === "object" && item !== null && "shared" in item;
}

/** The parameters that a policy has from the shared limits which it names; those it has itself are reported. */
export function sharedParams(
  reader: Reader,
  limits: unknown,
  shared: SharedLimits,
  taken: readonly string[],
): readonly Param[] {
  const items: readonly unknown[] = Array.isArray(limits) ? limits : [];
  const names = new Set(taken);
  const ids = items.map((item) => (isShared(item) ? String(item.shared) : ""));
  return ids.flatMap((id, index) => {
    if (ids.indexOf(id) < index) return [];
    const params = Object.hasOwn(shared, id) ? (shared[id]?.limit.params ?? []) : [];
    const free = params.filter(({ name }) => !names.has(name));
    for (const { name } of params.filter((param) => !free.includes(param))) {
      const message = `\`${id}\` brings a parameter \`${name}\`, and that name is taken here`;
      reader.report(["limits", index, "shared"], message, "rename this policy's own");
    }
    for (const { name } of free) names.add(name);
    return free;
  });
}

/** What this policy calls the facts that the shared limit makes its accounts of. */
function readPer(
  reader: Reader,
  path: Path,
  value: unknown,
  { id, per }: SharedLimit,
  facts: readonly FactType[],
): readonly string[] {
  const fix = `write only what is called otherwise here, such as \`per: { ${per[0] ?? "partner"}: fact }\``;
  const called = new Map(value === undefined ? [] : entriesAt(reader, [...path, "per"], value, fix));
  for (const name of [...called.keys()].filter((key) => !per.includes(key))) {
    reader.reportKey([...path, "per"], name, `\`${id}\` has no \`${name}\``, `use one of ${listed(per)}`);
  }
  return per.map((name) => {
    const own = called.has(name) ? String(called.get(name)) : name;
    const where = called.has(name) ? [...path, "per", name] : [...path, "shared"];
    const map = (other: string) => (called.has(name) ? other : `say what it is here: \`per: { ${name}: fact }\``);
    factNamed((message, other) => reader.report(where, message, map(other)), own, facts, wordFact);
    return own;
  });
}

function readSum(
  reader: Reader,
  path: Path,
  sum: string | undefined,
  limit: SharedLimit,
  facts: readonly FactType[],
): string | null {
  if (limit.sum === null) {
    if (sum !== undefined) reader.reportKey(path, "sum", `\`${limit.id}\` counts requests`, "remove `sum`");
    return null;
  }
  const where = [...path, sum === undefined ? "shared" : "sum"];
  const map = (other: string) => (sum === undefined ? "say what it is here: `sum: fact`" : other);
  const own = sum ?? limit.sum;
  const type = factNamed((message, fix) => reader.report(where, message, map(fix)), own, facts, summedFact);
  const unit = unitOf({ sum: own }, { facts });
  if (type !== undefined && (unit.unit !== limit.unit.unit || unit.currency !== limit.unit.currency)) {
    const wanted = limit.unit.currency ?? "plain numbers";
    reader.report(where, `\`${own}\` is in another unit than \`${limit.id}\``, `name a fact in ${wanted}`);
  }
  return own;
}

/** An entry that names a shared limit, as a limit of the policy. What it counts otherwise than the policy may is noted. */
export function readShared(
  reader: Reader,
  path: Path,
  value: unknown,
  { facts, shared, routes }: { facts: readonly FactType[]; shared: SharedLimits; routes: RouteNames },
): Limit | undefined {
  const fields = readMap(reader, path, value, NamedFields);
  if (fields === undefined) return undefined;
  const found = Object.hasOwn(shared, fields.shared) ? shared[fields.shared] : undefined;
  if (found === undefined) {
    const message = `there is no sound shared limit \`${fields.shared}\``;
    const near = nearest(fields.shared, Object.keys(shared));
    const fix = near === undefined ? `write or mend \`shared/${fields.shared}.yaml\`` : `did you mean \`${near}\`?`;
    reader.report([...path, "shared"], message, fix);
    return undefined;
  }
  const { limit, version } = found;
  const { id, timezone, window, cap, warnAtPpm, over, cooldown } = limit;
  if (limit.route !== null && !routes.declared.includes(limit.route)) {
    const message = `\`${id}\` asks the route \`${limit.route}\`, which this policy does not have`;
    reader.report([...path, "shared"], message, `declare \`${limit.route}\` under \`routes\``);
  }
  const sum = readSum(reader, path, fields.sum, limit, facts);
  const per = readPer(reader, path, fields.per, limit, facts);
  const route = limit.route ?? routes.default;
  const named = { version, timezone, sum: limit.sum, per: limit.per };
  const resting = cooldown === undefined ? {} : { cooldown };
  return { id, sum, per, window, cap, warnAtPpm, over, route, ...resting, shared: named };
}
