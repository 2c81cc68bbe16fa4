import { moneyFault, parseAs } from "../literals.ts";
import type { Amount } from "../literals.ts";
import { shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

type Unit = Amount["kind"];

const told: { readonly [unit in Unit]: { readonly noun: string; readonly fix: string; readonly range: string } } = {
  ppm: {
    noun: "a percentage",
    fix: "write a percentage with at most four decimals, such as `15%`",
    range: "5%..20%",
  },
  minor: {
    noun: "money",
    fix: "write an amount with its currency and the decimals of that, such as `500000.00 USD`",
    range: "1000.00 USD..5000.00 USD",
  },
  number: { noun: "a whole number", fix: "write a whole number, such as `9`", range: "5..20" },
  "date-time": {
    noun: "an instant with its offset",
    fix: "write an instant with its offset, such as `2026-07-01T12:00:00Z` or `2026-07-01T14:00:00+02:00`",
    range: "2026-07-01T00:00:00Z..2027-01-01T00:00:00Z",
  },
  duration: {
    noun: "a span of time",
    fix: "write a span of time, such as `24h`, `90m` or `14d`; a day is 24 hours",
    range: "12h..72h",
  },
  date: { noun: "a day", fix: "write a day, such as `2026-12-31`", range: "2026-07-01..2026-12-31" },
};

/** A range in a unit as a policy writes it. */
export function rangeExample(unit: Unit): string {
  return told[unit].range;
}

/** Reads a number written in one unit: `15%`, `500000.00 USD`, `9` in plain digits, `2026-12-31`, `24h`. */
export function readAmount(reader: Reader, path: Path, value: unknown, unit: Unit): Amount | undefined {
  const amount = parseAs(unit, unit === "number" ? reader.written(path) : value);
  if (amount !== undefined) return amount;
  const fault = unit === "minor" ? moneyFault(value) : undefined;
  const { message, fix } = fault ?? { message: `${shown(value)} is not ${told[unit].noun}`, fix: told[unit].fix };
  reader.report(path, message, fix);
  return undefined;
}
