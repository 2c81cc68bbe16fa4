import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import { problem, serveApi, type ApiServer, type Reply } from "./api-server.ts";
import { run } from "./run.ts";

const caseId = "acme:quoting:crm-deal-1001";
const asked = { eventId: "evt_0123456789abcdef0123", caseId, state: "accepted" };
const environment = { ...process.env };
let home = "";
let server: ApiServer;
let reply: Reply;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  reply = { status: 202, json: asked };
  server = await serveApi(() => reply);
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: server.url });
  writePeople(home, [
    { personId: "dana", name: "Dana", role: "partner-manager", token: "mdt_dana" },
    { personId: "lee", name: "Lee", role: "regional-director", token: "mdt_lee" },
  ]);
});
afterEach(async () => {
  await server.close();
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

test("`cases open` asks as the person that was named, and says which case hears of it", async () => {
  const words = ["--as", "lee", "--key", "monday", "--reason", "they wait"];
  const { exitCode, stdout, stderr } = await run("cases", "open", "quoting", "crm", "deal", "1001", ...words);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`accepted  ${caseId}\n  ${asked.eventId}\n`);
  expect(stderr).toContain(`npx mandate audit show ${caseId}`);
  expect(server.requests).toMatchObject([
    {
      method: "POST",
      path: "/v1/cases",
      token: "mdt_lee",
      body: { function: "quoting", object: { system: "crm", type: "deal", id: "1001" }, reason: "they wait" },
    },
  ]);
});

test("--json prints one object", async () => {
  const { stdout } = await run("cases", "open", "quoting", "crm", "deal", "1001", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: asked });
});

test.for([
  [404, "not-found", 5],
  [422, "wrong-subject", 2],
  [409, "idempotency-key-reused", 6],
] as const)("a refusal with %i %s exits with %i", async ([status, code, exit]) => {
  reply = problem(status, code, "no");
  expect((await run("cases", "open", "quoting", "crm", "deal", "1001")).exitCode).toBe(exit);
});

test("`events tell` says what happened to an object, and who hears of it", async () => {
  const told = { state: "accepted", hearing: [{ eventId: asked.eventId, functionId: "quoting", caseId }] };
  reply = { status: 202, json: told };
  const { stdout } = await run(
    "events",
    "tell",
    "crm",
    "deal",
    "1001",
    "quote_status=approval_requested",
    "--key",
    "k",
  );
  expect(stdout).toBe(`accepted\n  ${caseId}\n`);
  const change = { kind: "changed", property: "quote_status", value: "approval_requested" };
  const body = { object: { system: "crm", type: "deal", id: "1001" }, change };
  expect(server.requests).toMatchObject([{ method: "POST", path: "/v1/events", body }]);
  reply = { status: 202, json: { state: "ignored", hearing: [] } };
  expect((await run("events", "tell", "crm", "deal", "1001", "deleted")).stdout).toContain("no function listens");
  expect((await run("events", "tell", "crm", "deal", "1001", "moved")).stderr).toContain(
    "`moved` is nothing that happens",
  );
});
