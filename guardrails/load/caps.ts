import type { FactType } from "../fact-types.ts";
import { sameUnit } from "../literals.ts";
import type { Amount } from "../literals.ts";
import type { Limit } from "../policy.ts";
import { readAmount } from "./amounts.ts";
import type { Path, Reader } from "./reader.ts";
import { readParamRef } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The unit that a limit adds up in. */
type Unit = { readonly kind: Amount["kind"]; readonly currency?: Extract<Amount, { kind: "minor" }>["currency"] };

/** The unit of a fact, or of a count of requests. */
function unitOf(type: FactType | null): Unit {
  return type?.kind === "minor" ? { kind: "minor", currency: type.currency } : { kind: "number" };
}

function readCapParam(reader: Reader, path: Path, value: unknown, unit: Unit, vocabulary: Vocabulary) {
  const param = readParamRef(reader, path, value, vocabulary);
  if (param === undefined) return undefined;
  const { name } = param;
  if (sameUnit(param, unit)) return { cap: { param: name }, least: Math.min(param.value, param.allowed?.min ?? 0) };
  reader.report([...path, "param"], `\`${name}\` is in another unit than the limit`, unitFix(unit));
  return undefined;
}

function unitFix(unit: Unit): string {
  return unit.kind === "minor" ? `use an amount in ${unit.currency}` : "use a whole number without a unit";
}

/** Reads a cap in the unit of what is added up; `summed` is null where requests are counted. */
export function readCap(
  reader: Reader,
  path: Path,
  value: unknown,
  summed: FactType | null,
  vocabulary: Vocabulary,
): Limit["cap"] | undefined {
  const unit = unitOf(summed);
  if (value === undefined || value === null) {
    reader.report(path, "`cap` is missing", "write an amount, or `cap: { param: name }`");
    return undefined;
  }
  const isMap = typeof value === "object" && !Array.isArray(value);
  if (isMap && "deposited" in value) {
    reader.report(path, "only a shared limit draws on deposits", "declare it in `shared/` and name it here");
    return undefined;
  }
  const literal = isMap ? undefined : readAmount(reader, path, value, unit.kind);
  if (literal !== undefined && !sameUnit(literal, unit)) {
    reader.report(path, "the cap is in another currency than the limit", unitFix(unit));
    return undefined;
  }
  const read = isMap
    ? readCapParam(reader, path, value, unit, vocabulary)
    : literal && { cap: literal.value, least: literal.value };
  if (read !== undefined && read.least < 0) {
    reader.report(path, "a cap may not be negative", "write zero or more");
    return undefined;
  }
  return read?.cap;
}
