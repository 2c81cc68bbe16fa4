import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { caseOfDecision } from "../../audit/case-file.ts";
import { readRecords, type Ledger } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import { toldRecords } from "../../audit/story/told.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { FiledCase } from "../../proof/filed-case.ts";
import { readProvedCase, type ProvedCase, type ProvedRecord } from "../../proof/replay/proved-case.ts";
import type { ApiEnv } from "./auth.ts";
import { pageEnd, pagesOf } from "./paging.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, ok, withToken } from "./route.ts";

const RecordView = z
  .object({
    n: z.int(),
    kind: z.string(),
    key: z.string(),
    at: Iso,
    digest: z.string(),
    body: z.record(z.string(), z.unknown()),
  })
  .openapi("AuditRecord");

const CaseRecords = z
  .object({ caseId: z.string(), intact: z.boolean(), records: z.array(RecordView), ...pageEnd })
  .openapi("CaseRecords");
export type CaseRecords = z.infer<typeof CaseRecords>;

/** `Envelope` of domain/audit-record.ts, as the document shows it. */
const EnvelopeView = z
  .object({
    action: z.string().optional(),
    actor: z.object({ type: z.enum(["person", "system"]), ref: z.string() }),
    at: Iso,
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
type FiledRecord = z.infer<typeof FiledRecord>;

/** `FiledCase` of proof/filed-case.ts. */
const CaseFile = z
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
export type CaseFile = z.infer<typeof CaseFile>;

const Named = z.object({
  caseId: z.string().max(512).openapi({ description: "the case, or one of its decisions as `dec_…`" }),
});
const pages = pagesOf("records", ["number"], { most: 1_000 });
const problems = problemResponses({
  400: "A parameter is wrong",
  401: "No token of a known person",
  404: "No such case",
});

const records = createRoute({
  method: "get",
  path: "/v1/cases/{caseId}/records",
  summary: "Read everything that is recorded about a case, in order",
  ...withToken,
  request: { params: Named, query: z.object(pages.parameters) },
  responses: { ...ok("A page of the case's audit records; `intact` is of all of them", CaseRecords), ...problems },
});

const file = createRoute({
  method: "get",
  path: "/v1/cases/{caseId}/file",
  summary: "Read everything that a case is rebuilt and proved from: its records, their proofs and the policies",
  ...withToken,
  request: { params: Named },
  responses: { ...ok("The case file", CaseFile), ...problems },
});

const StoryView = z
  .object({
    caseId: z.string(),
    intact: z.boolean(),
    lines: z.array(
      z.object({
        n: z.int().openapi({ description: "the record it tells; 0 for a wait between two" }),
        at: Iso,
        kind: z.string(),
        who: z.string(),
        text: z.string(),
        because: z.array(z.string()),
      }),
    ),
  })
  .openapi("CaseStory");
export type StoryView = z.infer<typeof StoryView>;

const story = createRoute({
  method: "get",
  path: "/v1/cases/{caseId}/story",
  summary: "Read a case as sentences: who did what when, and why; waits for people are one line each",
  ...withToken,
  request: { params: Named },
  responses: { ...ok("The story", StoryView), ...problems },
});

/** What is recorded about cases. */
export function casesApi({ sql, company }: { readonly sql: Ledger; readonly company: string }) {
  /** No case id begins like a decision's. */
  async function caseNamed(given: string): Promise<string | undefined> {
    return given.startsWith("dec_") ? caseOfDecision(sql, company, given) : given;
  }
  /** Undefined where nothing is recorded under that name. */
  async function recordsOf(given: string) {
    const caseId = await caseNamed(given);
    if (caseId === undefined) return undefined;
    const found = await readRecords(sql, company, caseId);
    return found.records.length === 0 ? undefined : { caseId, ...found };
  }
  return new OpenAPIHono<ApiEnv>()
    .openapi(records, async (c) => {
      const { caseId: given } = c.req.valid("param");
      const found = await recordsOf(given);
      if (found === undefined) return refuse(c, ...absent(given));
      const { caseId } = found;
      const { limit, cursor, total } = c.req.valid("query");
      const after = Number(cursor?.[0] ?? 0);
      const rest = found.records.filter(({ n }) => n > after);
      const { shown, next } = pages.cut(c, rest, limit, ({ n }) => [String(n)]);
      const view = { caseId, intact: found.intact, records: shown.map(recordView), next };
      return c.json({ ...view, total: total ? found.records.length : null }, 200);
    })
    .openapi(story, async (c) => {
      const { caseId: given } = c.req.valid("param");
      const found = await recordsOf(given);
      if (found === undefined) return refuse(c, ...absent(given));
      const { caseId } = found;
      const lines = tellStory(toldRecords(found.records, { caseId, company }));
      const told = lines.map((line) => ({ ...line, because: [...line.because] }));
      return c.json({ caseId, intact: found.intact, lines: told }, 200);
    })
    .openapi(file, async (c) => {
      const { caseId: given } = c.req.valid("param");
      const caseId = await caseNamed(given);
      const found = caseId === undefined ? undefined : await readProvedCase(sql, company, caseId);
      return found === undefined ? refuse(c, ...absent(given)) : c.json(caseFileView(found), 200);
    });
}

function absent(given: string): ["not-found", string] {
  return ["not-found", given.startsWith("dec_") ? `no decision \`${given}\`` : `no case \`${given}\``];
}

function recordView({ n, kind, key, at, digest, body }: AuditRecord): z.infer<typeof RecordView> {
  return { n, kind, key, at, digest, body };
}

export function caseFileView(found: ProvedCase): z.infer<typeof CaseFile> {
  const { company, caseId, records: own, cited, policies } = found;
  const contiguous = own.every(({ record }, index) => record.n === index + 1);
  const intact = contiguous && [...own, ...cited].every((one) => one.intact);
  return { company, caseId, intact, records: own.map(filedRecord), cited: cited.map(filedRecord), policies };
}

function filedRecord({ record, envelope, disclosures, seq, proof }: ProvedRecord): FiledRecord {
  const { n, kind, key, at, digest, body, log, parents, erased = null } = record;
  const names = { n, kind, key, at, digest, body, log, parents: [...parents], erased };
  return { ...names, envelope, disclosures: [...disclosures], seq, proof };
}
