import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../domain/json.ts";
import { KeptTime } from "../http/route.ts";
import { agreementStates, agreementWords } from "../../domain/agreement.ts";

/** What one company says to another about an agreement, and what is answered: words, never queries. */

const Digest = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits");
const Company = z.string().regex(/^[a-z][a-z0-9-]{0,38}$/, "expected a company's name");
const Short = z.string().min(1).max(256);

export const AgreementId = z.string().regex(/^agr_[0-9a-f]{20}$/, "expected an agreement's id");

/** What came as JSON is JSON. */
const JsonObjectShape = z.record(z.string().max(256), z.unknown()).transform((given) => given as JsonObject);

/** Everything that is agreed to. The digest is taken over exactly this. */
const AskedContent = z.strictObject({
  type: Short,
  object: z.strictObject({ system: Short, type: Short, id: Short }),
  tool: Short,
  args: JsonObjectShape,
  recordVersions: z.record(Company, z.string().max(512)),
  terms: z.int().min(1),
  executor: Company,
  sides: z.array(Company).min(2).max(8),
  expiresAt: z.iso.datetime().pipe(KeptTime),
});

export const Word = z
  .discriminatedUnion("word", [
    z.strictObject({ word: z.literal("ask"), digest: Digest, asked: AskedContent }),
    z.strictObject({ word: z.enum(agreementWords), digest: Digest }),
    z.strictObject({
      word: z.literal("stands"),
      digest: Digest,
      state: z.enum(agreementStates),
      oks: z.array(Company).max(8),
    }),
  ])
  .openapi("AgreementWord");
export type Word = z.infer<typeof Word>;

/** `taken` once it is durable; `refused` is final too. Where it stands is the hearer's own account. */
export const Heard = z
  .object({
    heard: z.enum(["taken", "refused"]),
    code: z.string().nullable(),
    state: z.enum(agreementStates).nullable(),
    oks: z.array(Company),
  })
  .openapi("AgreementHeard");
export type Heard = z.infer<typeof Heard>;
