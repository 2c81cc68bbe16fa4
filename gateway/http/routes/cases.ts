import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { caseOfDecision } from "../../../audit/case-file.ts";
import { readRecords, type Ledger } from "../../../audit/records.ts";
import type { AuditRecord } from "../../../domain/audit-record.ts";
import { readProvedCase } from "../../../proof/replay/proved-case.ts";
import type { ApiEnv } from "../auth.ts";
import { CaseRecords, type RecordView } from "../contract.ts";
import { CaseFileView } from "../contract/cases.ts";
import { problemResponses, refuse } from "../problem.ts";
import { caseFileView } from "../views/case-file.ts";

const Named = z.object({
  caseId: z.string().max(512).openapi({ description: "the case, or one of its decisions as `dec_…`" }),
});
const problems = problemResponses({
  400: "A parameter is wrong",
  401: "No token of a known person",
  404: "No such case",
});

const records = createRoute({
  method: "get",
  path: "/v1/cases/{caseId}/records",
  summary: "Read everything that is recorded about a case, in order",
  security: [{ personToken: [] }],
  request: { params: Named },
  responses: {
    200: { description: "The case's audit records", content: { "application/json": { schema: CaseRecords } } },
    ...problems,
  },
});

const file = createRoute({
  method: "get",
  path: "/v1/cases/{caseId}/file",
  summary: "Read everything that a case is rebuilt and proved from: its records, their proofs and the policies",
  security: [{ personToken: [] }],
  request: { params: Named },
  responses: {
    200: { description: "The case file", content: { "application/json": { schema: CaseFileView } } },
    ...problems,
  },
});

export function mountCases(app: OpenAPIHono<ApiEnv>, { sql, company }: { sql: Ledger; company: string }): void {
  /** No case id begins like a decision's. */
  async function caseNamed(given: string): Promise<string | undefined> {
    return given.startsWith("dec_") ? caseOfDecision(sql, company, given) : given;
  }

  app.openapi(records, async (c) => {
    const { caseId: given } = c.req.valid("param");
    const caseId = await caseNamed(given);
    const found = caseId === undefined ? undefined : await readRecords(sql, company, caseId);
    if (caseId === undefined || found === undefined || found.records.length === 0) return refuse(c, ...absent(given));
    return c.json({ caseId, intact: found.intact, records: found.records.map(recordView) }, 200);
  });
  app.openapi(file, async (c) => {
    const { caseId: given } = c.req.valid("param");
    const caseId = await caseNamed(given);
    const found = caseId === undefined ? undefined : await readProvedCase(sql, company, caseId);
    if (found === undefined) return refuse(c, ...absent(given));
    return c.json(caseFileView(found), 200);
  });
}

function absent(given: string): ["not-found", string] {
  return ["not-found", given.startsWith("dec_") ? `no decision \`${given}\`` : `no case \`${given}\``];
}

function recordView({ n, kind, key, at, digest, body }: AuditRecord): z.infer<typeof RecordView> {
  return { n, kind, key, at, digest, body };
}
