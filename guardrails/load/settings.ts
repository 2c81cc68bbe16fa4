import { z } from "zod";
import { isZone, placeFor } from "../../domain/zone.ts";
import type { FactType } from "../fact-types.ts";
import { Currency } from "../../domain/money.ts";
import { MAX_RATE_DAYS } from "../../domain/rate.ts";
import { listed, nearest } from "../did-you-mean.ts";
import { parsePercent } from "../literals.ts";
import type { NameLists } from "../name-list.ts";
import type { Demotion, Rates } from "../policy.ts";
import { anyWordFact, factNamed } from "./fact-names.ts";
import { readMap } from "./reader.ts";
import type { Reader } from "./reader.ts";

export const Timezone = z
  .string()
  .refine(isZone)
  .optional()
  .describe("the IANA name of a time zone, such as `Europe/Paris`, or leave it out for UTC");

/** A name without a place keeps its offset all year round. */
export function warnOfZone(reader: Reader, timezone: string): void {
  const place = placeFor(timezone);
  if (place === undefined) return;
  const message = `\`${timezone}\` is the same offset all year round, without daylight saving`;
  reader.warn(["timezone"], message, `name the place whose days count, such as \`${place}\``);
}

const share = z
  .string()
  .refine((text) => (parsePercent(text) ?? Infinity) <= 1_000_000)
  .describe("a share from 0% to 100%, such as `20%`");

const DemotionFields = z.strictObject({
  blocked: share,
  rejected: share,
  minimum: z.int().min(1).max(1_000_000).describe("how many decisions are looked at, such as `50`"),
});

/** When the function's mode is lowered by itself; null when the file does not say. */
export function readDemotion(reader: Reader, value: unknown): Demotion | null {
  const fields = value === undefined ? undefined : readMap(reader, ["demote"], value, DemotionFields);
  if (fields === undefined) return null;
  const { blocked, rejected, minimum } = fields;
  return { blockedPpm: parsePercent(blocked) ?? 0, rejectedPpm: parsePercent(rejected) ?? 0, minimum };
}

const RateFields = z.strictObject({
  currency: Currency.describe("a currency of ISO 4217, such as `USD`"),
  list: z.string().describe("the name of a list of rates in `shared/`"),
  within: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,2})d$/)
    .refine((text) => Number(text.slice(0, -1)) <= MAX_RATE_DAYS)
    .describe("how old a rate may be, 0 to 366 days such as `7d`"),
});

/** How amounts in other currencies are read: into the one currency that the policy's amounts are in. */
export function readRates(
  reader: Reader,
  value: unknown,
  facts: readonly FactType[],
  lists: NameLists,
): Rates | undefined {
  const fields = value === undefined ? undefined : readMap(reader, ["rates"], value, RateFields);
  if (fields === undefined) return undefined;
  const { currency, list: id, within } = fields;
  const kept = [...new Set(facts.flatMap((type) => (type.kind === "minor" ? [type.currency] : [])))];
  if (!kept.includes(currency)) {
    const fix = kept.length === 0 ? "remove `rates`" : `write ${listed(kept)}`;
    reader.report(["rates", "currency"], `no amount that this policy reads is in ${currency}`, fix);
  }
  const list = Object.hasOwn(lists, id) ? lists[id] : undefined;
  if (list === undefined) {
    const near = nearest(id, Object.keys(lists));
    const fix = near === undefined ? `write or mend \`shared/${id}.list.yaml\`` : `did you mean \`${near}\`?`;
    reader.report(["rates", "list"], `there is no sound list \`${id}\``, fix);
  } else if (list.of !== "rate") {
    reader.report(["rates", "list"], `the list \`${id}\` holds no rates`, "name one that says `of: rate`");
  }
  return { currency, list: id, withinDays: Number(within.slice(0, -1)) };
}

/** The fact that keeps a request to one side of a canary; null when the file names none. */
export function readSubject(reader: Reader, value: unknown, facts: readonly FactType[]): string | null {
  const report = (message: string, fix: string) => reader.report(["subject"], message, fix);
  return typeof value === "string" ? (factNamed(report, value, facts, anyWordFact)?.name ?? null) : null;
}
