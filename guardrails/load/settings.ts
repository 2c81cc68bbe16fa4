import { z } from "zod";
import { isZone, placeFor } from "../../domain/zone.ts";
import type { FactType } from "../fact-types.ts";
import { parsePercent } from "../literals.ts";
import type { Demotion } from "../policy.ts";
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

/** The fact that keeps a request to one side of a canary; null when the file names none. */
export function readSubject(reader: Reader, value: unknown, facts: readonly FactType[]): string | null {
  const report = (message: string, fix: string) => reader.report(["subject"], message, fix);
  return typeof value === "string" ? (factNamed(report, value, facts, anyWordFact)?.name ?? null) : null;
}
