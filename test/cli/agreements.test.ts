import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import { problem, serveApi, type ApiServer, type Reply } from "./api-server.ts";
import { run } from "./run.ts";

const AT = "2026-03-02T09:00:00.000Z";
const agreementId = "agr_00000000000000000001";
const digest = "d".repeat(64);
const agreement = {
  agreementId,
  caseId: "acme:quoting:crm-deal-7",
  executor: "acme",
  sides: ["acme", "juniper"],
  state: "asked",
  role: "partner-manager",
  digest,
  ask: "A partner asks for 12 % off",
  action: null,
  askedAt: AT,
  expiresAt: "2026-03-09T09:00:00.000Z",
  movedAt: AT,
  said: [
    { side: "acme", word: "ok", saidAt: AT, by: "dana", reason: "a\nb" },
    { side: "juniper", word: "withdraw", saidAt: AT, by: null, reason: null },
  ],
};
const environment = { ...process.env };
let home = "";
let server: ApiServer;
let taking: Reply;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  taking = { json: { agreementId, word: "ok", state: "ready" } };
  server = await serveApi(({ method, path }) => {
    if (method === "POST") return taking;
    return { json: path === "/v1/agreements" ? { agreements: [agreement] } : agreement };
  });
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: server.url });
  writePeople(home, [{ personId: "dana", name: "Dana", role: "partner-manager", token: "mdt_dana" }]);
});
afterEach(async () => {
  await server.close();
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

test("`agreements list` shows what is asked until when", async () => {
  const { stdout, stderr } = await run("agreements", "list");
  expect(stdout).toContain(`${agreementId}  asked  2026-03-09 09:00 UTC  A partner asks for 12 % off`);
  expect(stderr).toContain(`npx mandate agreements show ${agreementId}`);
});

test("`agreements show` tells who asks, who answers, and what each side said", async () => {
  const { stdout } = await run("agreements", "show", agreementId);
  expect(stdout).toBe(
    [
      `${agreementId}  asked`,
      "  A partner asks for 12 % off",
      "  acme acts; needs acme and juniper, until 2026-03-09 09:00 UTC; partner-manager answers for us",
      "  acme ok by dana, 2026-03-02 09:00 UTC: a b",
      "  juniper withdraw, 2026-03-02 09:00 UTC",
      `  digest ${digest}`,
      "",
    ].join("\n"),
  );
});

test.for(["ok", "refuse", "withdraw"])("`agreements %s` says it about exactly what was shown", async (word) => {
  const { exitCode, stdout } = await run("agreements", word, agreementId, "--reason", "fits", "--as", "dana", "--yes");
  expect([exitCode, stdout]).toEqual([0, `${agreementId}: ${word} is said; it is ready\n`]);
  expect(server.requests.at(-1)).toMatchObject({
    method: "POST",
    path: `/v1/agreements/${agreementId}/${word}`,
    token: "mdt_dana",
    body: { digest, reason: "fits" },
  });
});

test("a word that comes too late is a conflict", async () => {
  taking = problem(409, "too-late", "the executor acts on it: done");
  expect((await run("agreements", "withdraw", agreementId, "--as", "dana", "--yes")).exitCode).toBe(6);
});
