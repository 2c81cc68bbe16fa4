import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import { problem, serveApi, type ApiServer, type Reply } from "./api-server.ts";
import { run } from "./run.ts";

const AT = "2026-03-02T09:00:00.000Z";
const correlation = "offers/1?x";
const taken = { replyId: "rpl_1", correlation, answer: "accepted", came: "in-time", answeredAt: AT };
const caseId = "acme:renewals:crm-contract-1";
const given = { answer: "accepted", came: "late", answeredAt: AT, by: "portal", evidence: "portal:1", reason: "a\nb" };
const shown = { replyId: "rpl_1", correlation, caseId, state: "lapsed", openedAt: AT, deadline: AT, given };
const environment = { ...process.env };
let home = "";
let server: ApiServer;
let reply: Reply;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  reply = { status: 200, json: taken };
  server = await serveApi(() => reply);
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: server.url });
  writePeople(home, [{ personId: "dana", name: "Dana", role: "partner-manager", token: "mdt_dana" }]);
});
afterEach(async () => {
  await server.close();
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

test("`replies give` brings the answer and says what became of it", async () => {
  const words = ["--reason", "fits", "--evidence", "portal:1", "--at", AT, "--key", "k", "--as", "dana"];
  const { exitCode, stdout, stderr } = await run("replies", "give", correlation, "accepted", ...words);
  expect(exitCode).toBe(0);
  expect(stdout).toBe("accepted  offers/1?x: in time; its case is told\n");
  expect(stderr).toContain("npx mandate replies show offers/1?x");
  expect(server.requests).toMatchObject([
    {
      method: "POST",
      path: "/v1/replies",
      token: "mdt_dana",
      body: { correlation, answer: "accepted", reason: "fits", evidence: "portal:1", at: AT },
    },
  ]);
});

test("`replies show` tells what is awaited, of which case, and what was answered", async () => {
  reply = { status: 200, json: shown };
  const { stdout, stderr } = await run("replies", "show", correlation);
  expect(stdout).toBe(
    [
      "offers/1?x  lapsed, awaited until 2026-03-02 09:00 UTC",
      `  ${caseId}`,
      "  accepted (late) by portal, 2026-03-02 09:00 UTC",
      "  reason: a b",
      "  evidence: portal:1",
      "",
    ].join("\n"),
  );
  expect(stderr).toContain(`npx mandate audit show ${caseId}`);
  expect(server.requests).toMatchObject([{ method: "GET", path: `/v1/replies/${correlation}` }]);
});

test("`replies show` of an answer that no case awaits yet says so", async () => {
  reply = { status: 200, json: { ...shown, caseId: null, state: "early", openedAt: null, deadline: null } };
  const { stdout } = await run("replies", "show", correlation);
  expect(stdout.split("\n").slice(0, 2)).toEqual(["offers/1?x  early", "  no case awaits it yet"]);
});

test.for([
  [404, "not-found", ["show", "x"], 5],
  [409, "answered-otherwise", ["give", "x", "accepted"], 6],
  [400, "validation", ["give", "x", "YES"], 2],
] as const)("a refusal with %i %s of `%j` exits with %i", async ([status, code, words, exit]) => {
  reply = problem(status, code, "no");
  expect((await run("replies", ...words)).exitCode).toBe(exit);
});
