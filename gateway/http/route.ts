import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { MatchedRule } from "../../domain/decision.ts";
import { MAX_AHEAD_MS } from "../webhooks/hubspot/signature.ts";

/** What routes have in common: the token they ask for, the JSON they take and give, and the rules they show. */

/** A route behind the door. */
export const withToken = { security: [{ personToken: [] }] };

export const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });

export const jsonBody = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });

export const ok = <T extends z.ZodType>(description: string, schema: T) => ({
  200: { description, content: json(schema) },
});

export const Iso = z.iso.datetime();

/** The years that dates have four digits for, and that the database keeps. */
const [FIRST_MS, LAST_MS] = [Date.parse("0001-01-01T00:00:00Z"), Date.parse("9999-12-31T23:59:59.999Z")];

/** A time that can be kept, as it was given, with any offset. */
export const KeptTime = z.iso.datetime({ offset: true }).refine((given) => {
  const ms = Date.parse(given);
  return Number.isNaN(ms) || (ms >= FIRST_MS && ms <= LAST_MS);
}, "expected a time in the years 1 to 9999");

/** A time that somebody gives, read as UTC to the millisecond. */
export const GivenTime = KeptTime.transform((given) => new Date(given).toISOString());

export const Verdict = z.enum(["execute", "escalate", "block"]);

export const RuleView = z.object({ id: z.string(), effect: Verdict, reason: z.string() }).openapi("Rule");

/** A matched rule without the values it read: its reason holds them in words. */
export function ruleView({ id, effect, reason }: MatchedRule): z.infer<typeof RuleView> {
  return { id, effect, reason };
}

/** Under which a caller asks once, however often it sends; read without the quotes that it may stand in. */
export const IdempotencyKey = z.object({
  "idempotency-key": z
    .string()
    .regex(/^(?:"[\x20-\x21\x23-\x7e]{1,255}"|[\x21\x23-\x7e]{1,255})$/, "expected 1 to 255 printable characters")
    .transform((key) => key.replaceAll('"', ""))
    .openapi({ description: "the caller's name for this request; the same request under it has the same answer" }),
});

/** Which version of a question is moved; without it, whichever stands. An entity tag as a GET gives it. */
export const IfMatch = z.object({
  "if-match": z
    .string()
    .regex(/^"?[0-9]{1,9}"?$/, "expected the version that `ETag` gave")
    .transform((tag) => Number(tag.replaceAll('"', "")))
    .optional()
    .openapi({ description: "the version that was read, as its `ETag`; 412 when it is another by now" }),
});

/** The version that a request with a valid `If-Match` names. */
export function askedVersion(c: Context): number | undefined {
  return IfMatch.parse({ "if-match": c.req.header("if-match") })["if-match"];
}

/** Names an object by its system of record. */
export const ObjectName = z.strictObject({
  system: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "expected a system's name"),
  type: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "expected a type such as `deal`"),
  id: z.string().regex(/^[^\s\p{C}]{1,256}$/u, "expected an id of up to 256 characters, no spaces"),
});

/**
 * When something was said or happened: never later than it came; undefined when the sender's clock is too far ahead to be
 * believed. `at`: the company's clock. All are ISO 8601.
 */
export function saidAt(said: string | undefined, at: string): string | undefined {
  const [saidMs, nowMs] = [Date.parse(said ?? at), Date.parse(at)];
  return saidMs - nowMs > MAX_AHEAD_MS ? undefined : new Date(Math.min(saidMs, nowMs)).toISOString();
}

/** What is wrong with a time that is too far ahead. */
export const notYet = [{ pointer: "/at", detail: "expected a time that has passed" }];
