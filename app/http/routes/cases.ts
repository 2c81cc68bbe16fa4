import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { readRecords, type Sql } from "../../../audit/records.ts";
import type { AuditRecord } from "../../../domain/audit-record.ts";
import type { ApiEnv } from "../auth.ts";
import { CaseRecords, type RecordView } from "../contract.ts";
import { problemResponses, refuse } from "../problem.ts";

const route = createRoute({
  method: "get",
  path: "/v1/cases/{caseId}/records",
  summary: "Read everything that is recorded about a case, in order",
  security: [{ personToken: [] }],
  request: { params: z.object({ caseId: z.string().max(512) }) },
  responses: {
    200: { description: "The case's audit records", content: { "application/json": { schema: CaseRecords } } },
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person", 404: "No such case" }),
  },
});

export function mountCases(app: OpenAPIHono<ApiEnv>, { sql, company }: { sql: Sql; company: string }): void {
  app.openapi(route, async (c) => {
    const { caseId } = c.req.valid("param");
    const { records, intact } = await readRecords(sql, company, caseId);
    if (records.length === 0) return refuse(c, "not-found", `no case \`${caseId}\``);
    return c.json({ caseId, intact, records: records.map(recordView) }, 200);
  });
}

function recordView({ n, kind, key, at, digest, body }: AuditRecord): z.infer<typeof RecordView> {
  return { n, kind, key, at, digest, body };
}
