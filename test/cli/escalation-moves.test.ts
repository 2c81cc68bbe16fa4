import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import { serveApi, type ApiServer } from "./api-server.ts";
import { run } from "./run.ts";

const escalationId = "esc_0123456789abcdef0123";
const asked = {
  escalationId,
  caseId: "acme:quoting:crm-deal-1",
  version: 7,
  state: "open",
  ask: "Juniper Bay Partners asks 18 %",
  role: "partner-manager",
  assignee: "erin",
  dueAt: "2999-01-01T00:00:00.000Z",
};
const notice = { ...asked, what: "not-done", detail: "the desk said no", at: "2026-03-02T09:00:00.000Z" };

let home = "";
let server: ApiServer;
const environment = { ...process.env };

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  process.env["MANDATE_HOME"] = home;
  writePeople(home, [{ personId: "dana", name: "Dana", role: "partner-manager", token: "mdt_dana" }]);
  server = await serveApi(({ method, path }) => {
    if (method === "POST") return { json: { escalationId, state: "open", version: 8 } };
    if (path === "/v1/notices") return { json: { notices: [notice], next: null } };
    if (path === "/v1/escalations") return { json: { escalations: [asked], next: null, total: 1 } };
    return { json: asked };
  });
  process.env["MANDATE_URL"] = server.url;
});
afterEach(async () => {
  await server.close();
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

describe("a question is moved in the terminal, as of the version that was read", () => {
  test.for([
    [["ask", "--text", "Who competes?"], "ask", { question: "Who competes?" }],
    [["ask", "--text", "Who?", "--hours", "24"], "ask", { question: "Who?", waitHours: 24 }],
    [["answer", "--text", "Globex"], "answer", { answer: "Globex" }],
    [
      ["edit", "--set", "netPriceMinor=8400000", "--reason", "less will do"],
      "edit",
      { args: { netPriceMinor: 8_400_000 }, reason: "less will do" },
    ],
    [["take"], "take", {}],
    [["delegate", "--to", "erin", "--reason", "hers"], "delegate", { to: "erin", reason: "hers" }],
    [["hold", "--until", "2026-03-02T12:00:00Z"], "hold", { until: "2026-03-02T12:00:00Z" }],
    [["undo", "--reason", "wrong deal"], "undo", { reason: "wrong deal" }],
    [["withdraw", "--reason", "gone"], "withdraw", { reason: "gone" }],
  ] as const)("%s", async ([[verb, ...options], path, body]) => {
    const { exitCode, stdout } = await run("escalations", verb, escalationId, ...options, "--as", "dana");
    expect([exitCode, stdout]).toEqual([0, `${escalationId} is open\n`]);
    const sent = server.requests.at(-1);
    expect(sent).toMatchObject({ path: `/v1/escalations/${escalationId}/${path}`, token: "mdt_dana", body });
    expect(sent?.ifMatch).toBe("7");
  });

  test.for([
    [["ask"], "--text"],
    [["undo"], "--reason"],
    [["edit", "--reason", "r"], "--set"],
    [["edit", "--set", "less", "--reason", "r"], "less"],
    [["delegate", "--reason", "r"], "--to"],
    [["ask", "--text", "why", "--hours", "soon"], "soon"],
  ] as const)("%s says what is missing and sends nothing", async ([[verb, ...options], named]) => {
    const { exitCode, stderr } = await run("escalations", verb, escalationId, ...options, "--as", "dana");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(named);
    expect(server.requests.some(({ method }) => method === "POST")).toBe(false);
  });
});

test("inbox shows what waits, whom it is left to, and what became of what one approved", async () => {
  const { exitCode, stdout, stderr } = await run("inbox", "--as", "dana");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/esc_0123456789abcdef0123 +erin +in \d+ d/);
  expect(stdout).toContain("What you approved did not come about: Juniper Bay Partners asks 18 % (the desk said no)");
  expect(stderr).toContain(`escalations show ${escalationId}`);
});
