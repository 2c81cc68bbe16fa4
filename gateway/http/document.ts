import type { OpenAPIHono } from "@hono/zod-openapi";
import { problemResponses } from "./problem.ts";

const about = {
  openapi: "3.1.0",
  info: {
    title: "Mandate",
    version: "1",
    description:
      "Events in, decisions and escalations out. Errors are RFC 9457 problems with a stable `code`. " +
      "A method that a path does not have is answered 405 with `Allow`.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
};

type Operation = { responses?: { [status: string]: unknown }; readonly requestBody?: unknown };
type Document = { readonly paths?: { readonly [path: string]: { readonly [method: string]: Operation } } };

/** What the door itself answers, before a route is asked. */
const ofAll = documented({
  400: "The path or a parameter cannot be read",
  421: "The host is none of ours",
  503: "The database is away; `retry-after` says when to send it again",
});
const ofTokens = documented({ 401: "No token of a known person", 403: "The role may not" });
const ofBodies = documented({ 413: "The body is too large", 415: "The body is of another kind than the route takes" });

/** The OpenAPI 3.1 document, generated from the schemas that the routes check with. */
export function documentOf(app: Pick<OpenAPIHono, "getOpenAPI31Document">): object {
  const document = app.getOpenAPI31Document(about) as unknown as Document;
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const operation of Object.values(operations)) {
      const isBehindTokens = path.startsWith("/v1/");
      const isKindChecked = operation.requestBody !== undefined && !path.startsWith("/webhooks/");
      const own = { ...ofAll, ...(isBehindTokens && ofTokens), ...(isKindChecked && ofBodies) };
      operation.responses = { ...own, ...operation.responses };
    }
  }
  return JSON.parse(JSON.stringify(document, inDialect)) as object;
}

/** Patterns of JSON Schema are Unicode's without a flag that says so. */
function inDialect(key: string, value: unknown): unknown {
  return key === "pattern" && typeof value === "string" ? value.replace(/\/u$/, "") : value;
}

function documented(described: { readonly [status: number]: string }) {
  const schema = { $ref: "#/components/schemas/Problem" };
  return Object.fromEntries(
    Object.entries(problemResponses(described)).map(([status, { description }]) => {
      return [status, { description, content: { "application/problem+json": { schema } } }];
    }),
  );
}
