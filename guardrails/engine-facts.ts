import type { Almanac, DynamicFactCallback } from "json-rules-engine";
import { assertNever } from "../domain/assert-never.ts";
import { startOfDayIn } from "../domain/instant.ts";
import type { Derivation, DerivedFact, Operand, TableRow } from "./derived.ts";
import { overEntries } from "./engine-lists.ts";
import { paramFact } from "./engine-names.ts";

/** Reads an operand where the engine keeps it. Whole numbers of any size, so that nothing on the way is rounded. */
async function whole(almanac: Almanac, operand: Operand): Promise<bigint> {
  if (typeof operand === "number") return BigInt(operand);
  const name = "param" in operand ? paramFact(operand.param) : operand.fact;
  return BigInt(await almanac.factValue<number>(name));
}

/** Division by a million: the quotient below, or the one above where anything is left. */
function millionth(product: bigint, round: "up" | "down"): bigint {
  const million = 1_000_000n;
  const left = ((product % million) + million) % million;
  const below = (product - left) / million;
  return round === "up" && left > 0n ? below + 1n : below;
}

/** The day that a zone's clocks show; where they went back over a midnight, the day that had begun before. */
function dayOnClock(instant: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    calendar: "iso8601",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const day = Date.UTC(parts.get("year") ?? 0, (parts.get("month") ?? 0) - 1, parts.get("day")) / 86_400_000;
  return instant >= startOfDayIn(day + 1, zone) ? day + 1 : day;
}

function isRow({ when }: TableRow, given: readonly unknown[]): boolean {
  return when.every((cell, at) => {
    const value = given[at];
    if (cell === null) return true;
    if ("in" in cell) return cell.in.some((one) => one === value);
    return Number(value) >= cell.min && Number(value) <= cell.max;
  });
}

async function valueOf(derivation: Derivation, almanac: Almanac): Promise<unknown> {
  const read = (operand: Operand) => whole(almanac, operand);
  switch (derivation.kind) {
    case "add":
    case "subtract": {
      const [first = 0n, ...others] = await Promise.all(derivation.of.map(read));
      const rest = others.reduce((sum, one) => sum + one, 0n);
      return Number(derivation.kind === "add" ? first + rest : first - rest);
    }
    case "min":
    case "max": {
      const values = (await Promise.all(derivation.of.map(read))).toSorted((a, b) => (a < b ? -1 : Number(a > b)));
      return Number(derivation.kind === "min" ? values[0] : values.at(-1));
    }
    case "multiply":
      return Number((await read(derivation.of)) * (await read(derivation.by)));
    case "share":
      return Number(millionth((await read(derivation.of)) * (await read(derivation.share)), derivation.round));
    case "day":
      return dayOnClock(Number(await read(derivation.of)), derivation.zone);
    case "table": {
      const given = await Promise.all(derivation.by.map((name) => almanac.factValue<unknown>(name)));
      const rows = derivation.rows.filter((row) => isRow(row, given));
      if (rows.length !== 1) throw new Error(`${rows.length} rows of a table hold`);
      return rows[0]?.value;
    }
    case "count":
    case "sum":
    case "any":
    case "all":
      return overEntries(derivation, almanac);
    default:
      return assertNever(derivation);
  }
}

/** An engine, or the almanac of one run. */
type FactKeeper = { readonly addFact: (name: string, made: DynamicFactCallback) => unknown };

/**
 * Has the engine make derived facts itself, as facts of its own at run time: nothing that the compiled form computed
 * reaches it. Only those that can be known may be asked for.
 */
export function addDerived(engine: FactKeeper, derived: readonly DerivedFact[]): void {
  for (const { name, derive } of derived) {
    const made: DynamicFactCallback = (_, almanac) => valueOf(derive, almanac);
    engine.addFact(name, made);
  }
}
