import { z } from "@hono/zod-openapi";
import type { MatchedRule } from "../../domain/decision.ts";

/** What routes have in common: the token they ask for, the JSON they take and give, and the rules they show. */

/** A route behind the door. */
export const withToken = { security: [{ personToken: [] }] };

export const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });

export const jsonBody = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });

export const ok = <T extends z.ZodType>(description: string, schema: T) => ({
  200: { description, content: json(schema) },
});

export const Iso = z.iso.datetime();

export const Verdict = z.enum(["execute", "escalate", "block"]);

export const RuleView = z.object({ id: z.string(), effect: Verdict, reason: z.string() }).openapi("Rule");

/** A matched rule without the values it read: its reason holds them in words. */
export function ruleView({ id, effect, reason }: MatchedRule): z.infer<typeof RuleView> {
  return { id, effect, reason };
}

/** Under which a caller asks once, however often it sends. */
export const IdempotencyKey = z.object({
  "idempotency-key": z
    .string()
    .regex(/^(?:"[\x20-\x21\x23-\x7e]{1,255}"|[\x21\x23-\x7e]{1,255})$/, "expected 1 to 255 printable characters")
    .openapi({ description: "the caller's name for this request; the same request under it has the same answer" }),
});
