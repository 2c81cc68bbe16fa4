import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import { partnerRow } from "../fixtures/partner-rows.ts";
import { ndjson } from "../fixtures/usage.ts";
import { serveApi, type ApiServer, type Reply } from "./api-server.ts";
import { run } from "./run.ts";

const need = {
  productFamily: "analytics",
  industry: "healthcare",
  region: "dach",
  stuckAt: "vp",
  competitors: ["rival"],
};
const deal = { dealId: "1001", account: "contoso.com", stage: "qualified", badge: "qualified", scorePpm: 930_000 };
const environment = { ...process.env };
let home = "";
let server: ApiServer;
let reply: Reply;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  reply = { status: 200, json: { ...deal, need, lacks: [] } };
  server = await serveApi(() => reply);
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: server.url });
  writePeople(home, [{ personId: "dana", name: "Dana", role: "partner-manager", token: "mdt_dana" }]);
});
afterEach(async () => {
  await server.close();
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

function fileOf(text: string): string {
  const file = join(home, "partners.ndjson");
  writeFileSync(file, text);
  return file;
}

test("`deals match` names the right partner for a healthcare deal stuck at VP level, and why not the next", async () => {
  const rows = [
    partnerRow("a", { reach: "director" }),
    partnerRow("b", { sellsFor: ["rival"] }),
    partnerRow("c", { standing: "suspended" }),
  ];
  const { exitCode, stdout } = await run("deals", "match", "1001", "--partners", fileOf(ndjson(rows)));
  expect([exitCode, stdout]).toEqual([
    0,
    [
      "Deal 1001",
      "",
      "sell: Partner B (b), 93.2 %",
      "  sells analytics in healthcare",
      "  certified for it",
      "  4 sellers in dach",
      "  60 common accounts of 200",
      "  reaches c-level at the account",
      "  10 of 20 deals won in 12 months",
      "  6 open deals for 4 sellers",
      "  not Partner A, 78.2 %: reach: reaches director at the account; Partner B: reaches c-level at the account",
      "  a person is to choose: Partner B sells for rival, who is in the deal",
      "",
      "3 partners looked at; left out: 1 not active",
      "",
    ].join("\n"),
  ]);
  expect(server.requests).toMatchObject([{ method: "GET", path: "/v1/deals/1001" }]);
});

test("each role that is asked has its own, and one that nobody fills says so", async () => {
  const args = ["--role", "source", "deliver", "--partners", fileOf(ndjson([partnerRow("a")])), "--json"];
  const { stdout } = await run("deals", "match", "1001", ...args);
  const { data } = JSON.parse(stdout) as { data: { roles: { role: string; first: { partnerId: string } | null }[] } };
  expect(data.roles.map(({ role, first }) => [role, first?.partnerId ?? null])).toEqual([
    ["source", "a"],
    ["deliver", null],
  ]);
});

test.for<readonly [string, string, readonly string[], string]>([
  ["a row that cannot be read", `${JSON.stringify(partnerRow("a"))}\n\n{"partnerId": 1}`, [], "partners.ndjson:3: "],
  ["a line that is no JSON", "partner-7", [], "partners.ndjson:1: not a JSON object"],
  [
    "a role that is none",
    "",
    ["--role", "boss"],
    "`boss` is no role; these are: source, sell, influence, deliver, keep",
  ],
])("%s is named by its place", async ([, text, args, says]) => {
  const { exitCode, stderr } = await run("deals", "match", "1001", "--partners", fileOf(text), ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(says);
});

test("a deal of which not all is known says what to set, and looks at no partner", async () => {
  reply = { status: 200, json: { ...deal, need: null, lacks: ["industry", "stuck_at"] } };
  const { exitCode, stderr } = await run("deals", "match", "1001", "--partners", fileOf(""));
  expect(exitCode).toBe(3);
  expect(stderr).toContain("set industry, stuck_at on the deal in the CRM");
});

test("`deals list` has every page, counts by state, and fails where a deal is missing", async () => {
  const standing = {
    account: "contoso.com",
    scorePpm: null,
    cause: "",
    owner: "",
    caseId: "acme:co-selling:crm-deal-1",
  };
  const pages = [
    { deals: [{ ...standing, dealId: "1", state: "qualified", scorePpm: 930_000 }], next: "1" },
    {
      deals: [{ ...standing, dealId: "2", state: "asked", owner: "partner-manager", cause: "question esc_1 is open" }],
      next: null,
    },
  ];
  await server.close();
  server = await serveApi(({ query }) => ({ status: 200, json: query.get("after") === "1" ? pages[1] : pages[0] }));
  process.env["MANDATE_URL"] = server.url;
  const { exitCode, stdout } = await run("deals", "list");
  expect([exitCode, stdout]).toEqual([
    0,
    [
      "DEAL  ACCOUNT      STATE      SCORE  OWNER            WHY",
      "1     contoso.com  qualified   93 %",
      "2     contoso.com  asked             partner-manager  question esc_1 is open",
      "",
      "1 qualified, 1 asked",
      "",
    ].join("\n"),
  ]);
  pages[1] = { deals: [{ ...standing, dealId: "2", state: "missing" }], next: null };
  expect((await run("deals", "list")).exitCode).toBe(3);
});
