import { z } from "@hono/zod-openapi";
import type { FiledCase } from "../../../proof/filed-case.ts";
import { RecordView } from "../contract.ts";

/** `Envelope` of domain/audit-record.ts, as the document shows it. */
const EnvelopeView = z
  .object({
    action: z.string().optional(),
    actor: z.object({ type: z.enum(["person", "system"]), ref: z.string() }),
    at: z.iso.datetime(),
    case: z.object({ id: z.string(), n: z.int() }),
    fields: z.record(z.string(), z.unknown()),
    key: z.string(),
    kind: z.string(),
    log: z.string(),
    parents: z.array(z.string()),
    sd: z.array(z.string()),
    typ: z.literal("audit/v1"),
  })
  .openapi("Envelope");

/** A record with everything that rebuilds and proves it. */
const FiledRecord = RecordView.extend({
  log: z.string(),
  /** Hashes of the leaves that it rests on, hex. */
  parents: z.array(z.string()),
  /** The key of the erasure's record after which parts of the body can no longer be read. */
  erased: z.string().nullable(),
  /** The leaf: its canonical JSON (RFC 8785) hashes to `digest`. */
  envelope: EnvelopeView,
  /** The body's fields, each salted, as the envelope commits to them (RFC 9901). */
  disclosures: z.array(z.string()),
  /** The record's place in its log, from 0. Null until the next checkpoint. */
  seq: z.int().nullable(),
  /** A c2sp.org/tlog-proof that it stands in its log, with the checkpoint and its cosignatures. */
  proof: z.string().nullable(),
}).openapi("FiledRecord");
export type FiledRecord = z.infer<typeof FiledRecord>;

/** `FiledCase` of proof/filed-case.ts. */
export const CaseFileView = z
  .object({
    company: z.string(),
    caseId: z.string(),
    /** False when the server itself finds that a hash, a digest or the numbering does not hold. */
    intact: z.boolean(),
    records: z.array(FiledRecord),
    /** Records of other cases that these rest on: the prompts that agents worked under. */
    cited: z.array(FiledRecord),
    /** Canonical JSON of each policy by `<policy id> <version>`. */
    policies: z.record(z.string(), z.string()),
  })
  .openapi("CaseFile") satisfies z.ZodType<FiledCase>;
export type CaseFileView = z.infer<typeof CaseFileView>;
