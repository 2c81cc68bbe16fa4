import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createLedgerPool } from "../../../db/pool.ts";
import { documentOf } from "../../../gateway/http/document.ts";
import { apiOn } from "../../fixtures/api.ts";
import { TEST_SECRET } from "../../setup/database.ts";

/** Never connected: the document needs no database. */
const pool = createLedgerPool("postgres://nobody@127.0.0.1:9/none", TEST_SECRET);
afterAll(() => pool.end());

const api = apiOn(pool);

const committed = resolve(import.meta.dirname, "../../../docs/openapi.json");

/** Refresh: `UPDATE_OPENAPI=1 npx vitest run test/gateway/http/openapi && npx oxfmt docs/openapi.json`. */
test("docs/openapi.json is what the API serves", async () => {
  const served: unknown = await (await api.request("/openapi.json")).json();
  if (process.env["UPDATE_OPENAPI"] !== undefined) writeFileSync(committed, JSON.stringify(served));
  expect(JSON.parse(readFileSync(committed, "utf8"))).toEqual(served);
});

test("it is OpenAPI 3.1, and every operation has a summary, a success and its refusals", () => {
  const document = documentOf(api) as {
    openapi: string;
    paths: { [path: string]: { [method: string]: { summary?: string; responses: { [status: string]: object } } } };
  };
  expect(document.openapi).toBe("3.1.0");
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
  );
  const lacking = operations.filter(
    ({ name, summary, responses }) =>
      !summary || !/"2\d\d"/.test(JSON.stringify(responses)) || (name.includes("/v1/") && !("401" in responses)),
  );
  expect(lacking.map(({ name }) => name)).toEqual([]);
});

test("it documents every route there is", () => {
  const { paths } = documentOf(api) as { paths: { [path: string]: object } };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
  );
  const routed = api.routes.filter(({ method, path }) => method !== "ALL" && !path.includes("*"));
  const served = new Set(routed.map(({ method, path }) => `${method} ${path}`));
  expect([...served].filter((route) => route !== "GET /openapi.json").sort()).toEqual(documented.sort());
});
