import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import type { DecisionAnswer, DecisionStanding } from "../../gateway/http/decisions.ts";
import { problem, serveApi, type ApiServer, type Reply } from "./api-server.ts";
import { run } from "./run.ts";

const AT = "2026-03-02T09:00:00.000Z";
const decision: DecisionAnswer = {
  decisionId: "dec_1",
  verdict: "escalate",
  reason: "over 15 %",
  rules: [],
  missing: [],
  route: { id: "partner-manager", quorum: 1, levels: [] },
  escalationId: "esc_1",
  obligations: [],
  limits: [],
  policy: { id: "quoting", version: "0123456789abcdef" },
  release: "",
  mode: "led",
  permit: null,
  again: null,
  decidedAt: AT,
};
const standing: DecisionStanding = {
  state: "withdrawn",
  caseId: "acme:decisions:1",
  ref: "Q-1",
  action: { name: "quoting", args: {} },
  requestedBy: "sam",
  caller: "sam",
  waitingFor: null,
  takenBack: null,
  facts: {
    sellers: { value: "one", from: "requester" },
    effectiveDiscount: { value: 180_000, from: "derived" },
  },
  outcome: null,
  decision,
};

const environment = { ...process.env };
let home = "";
let server: ApiServer;
let reply: Reply;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  reply = { json: decision };
  server = await serveApi(() => reply);
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: server.url });
  writePeople(home, [{ personId: "sam", name: "Sam", role: "seller", token: "mdt_sam" }]);
});
afterEach(async () => {
  await server.close();
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

function file(name: string, content: object): string {
  const path = join(home, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

test("`decide` sends facts as they are written, and a record's fields beside or instead of them", async () => {
  const [facts, fields] = [{ effectiveDiscount: "18%" }, { quote_list_price: "600000.00 USD" }];
  const ask = (...argv: string[]) => run("decide", "quoting", "--ref", "Q-1", "--key", "k", "--as", "sam", ...argv);
  const both = await ask("--facts", file("facts.json", facts), "--fields", file("fields.json", fields));
  await ask("--fields", file("fields.json", fields));
  expect(both.exitCode).toBe(8);
  expect(server.requests.map(({ body }) => body)).toEqual([
    { policy: "quoting", facts, fields, ref: "Q-1" },
    { policy: "quoting", facts: {}, fields, ref: "Q-1" },
  ]);
});

test("`decide` with neither says what to give, and asks nobody", async () => {
  const { exitCode, stderr } = await run("decide", "quoting", "--ref", "Q-1", "--as", "sam");
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("give --facts FILE, --fields FILE, or both")]);
  expect(server.requests).toEqual([]);
});

test("`decisions withdraw` takes the question back", async () => {
  reply = { json: standing };
  const { exitCode, stdout } = await run("decisions", "withdraw", "dec_1", "--as", "sam");
  expect([exitCode, stdout]).toEqual([0, "Q-1: quoting, asked by sam, withdrawn\n"]);
  expect(server.requests).toMatchObject([{ method: "POST", path: "/v1/decisions/dec_1/withdraw", token: "mdt_sam" }]);
});

test("`decisions withdraw` of what somebody answered says so", async () => {
  reply = problem(409, "already-decided", "`esc_1` is approved");
  const { exitCode, stderr } = await run("decisions", "withdraw", "dec_1", "--as", "sam");
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain("`esc_1` is approved");
});

test("`decisions show` tells whose word each fact is", async () => {
  reply = { json: standing };
  const { stdout } = await run("decisions", "show", "dec_1");
  expect(stdout).toContain('  written by who asks: sellers "one"\n  worked out by code: effective discount 180000\n');
});
