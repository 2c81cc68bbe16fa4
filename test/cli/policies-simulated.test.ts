import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { explain } from "../../guardrails/explain/explain.ts";
import type { PastDecision } from "../../guardrails/simulate/past-decision.ts";
import { pastQuote } from "../fixtures/past-decision.ts";
import { smallFacts, smallFactsText, smallQuoting as quoting, smallText } from "../fixtures/small-quoting.ts";
import { taken } from "../fixtures/taken-decision.ts";
import { serveApi, type ApiServer, type Reply, type Request } from "./api-server.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
let folder = "";
let server: ApiServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-simulated-"));
  writeFileSync(join(folder, "bands.yaml"), smallText("bands"));
  writeFileSync(join(folder, "bands.facts.yaml"), smallFactsText);
  process.env["MANDATE_POLICIES"] = folder;
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  process.env = { ...environment };
  rmSync(folder, { recursive: true, force: true });
});

const at = (effectiveDiscount: number) => ({ effectiveDiscount });
const asked = (state: NonNullable<PastDecision["escalation"]>["state"], escalationId: string) => ({
  escalation: { escalationId, state },
});

/** Four requests between 15 % and 18 %, of which people rejected one, approved one and have one open; and one of 12 %. */
const history: readonly PastDecision[] = [
  pastQuote("dec_clean", at(120_000)),
  pastQuote("dec_rejected", at(160_000), asked("rejected", "esc_rejected")),
  pastQuote("dec_approved", { ...at(170_000), listPrice: 20_000_000 }, asked("approved", "esc_approved")),
  pastQuote("dec_open", at(180_000), asked("open", "esc_open")),
  pastQuote("dec_beyond", at(180_001)),
].map((past) => ({ ...past, policy: { id: "bands", version: "v1" } }));

function edit(file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

const widen = () => edit("bands.yaml", "percent: 15%", "percent: 18%");
const narrow = () => edit("bands.yaml", "percent: 15%", "percent: 10%");

function historyFile(lines: readonly (PastDecision | string)[] = history): string {
  const path = join(folder, "history.jsonl");
  writeFileSync(path, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return path;
}

const simulated = (...argv: string[]) => run("policy", "simulate", "bands", ...argv);

describe("policy simulate", () => {
  test("shows the matrix, what it means, and the flips that matter most", async () => {
    widen();
    const path = historyFile();
    const { exitCode, stdout, stderr } = await simulated("--history", path);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `bands: the working copy over 5 decisions of ${path}

WAS       NOW EXECUTE  NOW ESCALATE  NOW BLOCK
execute             1             0          0
escalate            3             1          0
block               0             0          0

loosening 3 (60 %), tightening 0 (0 %), unchanged 2 (40 %)
listPrice: 400,000.00 USD would come to be executed, 0.00 USD no longer would
contradicts a person: esc_rejected was rejected, and dec_rejected would execute
people decided 2: the working copy asks about 0, and of the 2 it decides alone it agrees in 50 % (1 of 2; 9.4 % to 90.5 % with 95 % confidence)
where people decided, rule within-mandate would have agreed with them in 50 % (1 of 2; 9.4 % to 90.5 % with 95 % confidence); against them: dec_rejected
open: esc_open waits for people, and would execute

Flips
DECISION      VALUE                     WAS       WOULD BE  RULES
dec_approved  listPrice 200,000.00 USD  escalate  execute   manager-band -> within-mandate
dec_open      listPrice 100,000.00 USD  escalate  execute   manager-band -> within-mandate
dec_rejected  listPrice 100,000.00 USD  escalate  execute   manager-band -> within-mandate
`,
    );
    expect(stderr).toContain("Next: npx mandate policy explain dec_approved");
  });

  test("gives everything as JSON, by file as by id", async () => {
    widen();
    const byFile = await run("policy", "simulate", join(folder, "bands.yaml"), "--history", historyFile(), "--json");
    const { ok, data } = JSON.parse(byFile.stdout);
    expect({ ok, replayed: data.simulation.replayed, loosening: data.simulation.loosening }).toEqual({
      ok: true,
      replayed: 5,
      loosening: { count: 3, sharePpm: 600_000 },
    });
    expect((await simulated("--history", historyFile(), "--json")).stdout).toBe(byFile.stdout);
  });

  test.for([
    ["as it is", () => {}, "any", 0],
    ["wider", widen, "loosening", 3],
    ["wider", widen, "tightening", 0],
    ["wider", widen, "contradiction", 3],
    ["wider", widen, "any", 3],
    ["narrower", narrow, "loosening", 0],
    ["narrower", narrow, "tightening", 3],
    ["narrower", narrow, "contradiction", 0],
  ] as const)("a policy %s fails on %s accordingly", async ([, change, failOn, expected]) => {
    change();
    expect((await simulated("--history", historyFile(), "--fail-on", failOn)).exitCode).toBe(expected);
  });

  test("fails when nothing of the history can be replayed, and always says what was not", async () => {
    const odd = history.map((past) => ({ ...past, facts: { ...past.facts, margin: 1 } }));
    const all = await simulated("--history", historyFile(odd), "--fail-on", "loosening");
    expect([all.exitCode, all.stderr]).toEqual([3, expect.stringContaining("no decision was replayed")]);
    const some = await simulated("--history", historyFile([...history, { ...odd[0]!, decisionId: "dec_odd" }]));
    expect(some.stdout).toContain("not replayed: 1 decision, the candidate does not declare `margin`: dec_odd");
    expect(some.stderr).toContain("Warning: 1 of 6 decisions could not be replayed");
  });

  test("writes Markdown for a pull request", async () => {
    widen();
    const { stdout } = await simulated("--history", historyFile(), "--markdown");
    expect(stdout).toContain(
      "| was | now execute | now escalate | now block |\n| --- | --- | --- | --- |\n| **execute** | 1 | 0 | 0 |",
    );
    expect(stdout).toContain("**loosening 3 (60 %), tightening 0 (0 %), unchanged 2 (40 %)**");
    expect(stdout).toContain("- contradicts a person: esc_rejected was rejected, and dec_rejected would execute");
    expect(stdout).toContain(
      "| dec_approved |  | listPrice 200,000.00 USD | escalate | execute | manager-band -> within-mandate |",
    );
  });

  test("names every wrong line of a history by its place", async () => {
    const [clean] = history;
    const path = historyFile([
      JSON.stringify(clean),
      "{",
      JSON.stringify({ ...clean, decisionId: "dec_2", verdict: "allow" }),
      JSON.stringify({ ...clean, decisionId: "dec_3", colour: "red" }),
      "",
      JSON.stringify(clean),
    ]);
    const { exitCode, stderr } = await simulated("--history", path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${path} is refused: 4 lines cannot be used`);
    expect(stderr).toMatch(new RegExp(`${path}:2: .*JSON`));
    expect(stderr).toMatch(new RegExp(`${path}:3: verdict: `));
    expect(stderr).toMatch(new RegExp(`${path}:4: .*colour`));
    expect(stderr).toContain(`${path}:6: \`dec_clean\` is on line 1 already`);
  });

  test.for([
    [["--fail-on", "change"], "`change` is nothing to fail on"],
    [["--history", "h.jsonl", "--since", "30d"], "--history and --since do not go together"],
    [["--since", "soon"], "`soon` is no time to begin at"],
  ] as const)("%j is refused", async ([argv, detail]) => {
    const { exitCode, stderr } = await simulated(...argv);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(detail)]);
  });
});

async function serving(answer: (request: Request) => Reply): Promise<ApiServer> {
  server = await serveApi(answer);
  process.env["MANDATE_URL"] = server.url;
  process.env["MANDATE_TOKEN"] = "token";
  return server;
}

describe("with a running system", () => {
  test("policy simulate reads it page after page, and writes a file that simulates the same", async () => {
    widen();
    const { requests } = await serving(({ query }) =>
      query.get("cursor") === null
        ? { json: { decisions: history.slice(0, 2), next: "more" } }
        : { json: { decisions: history.slice(2), next: null } },
    );
    const path = join(folder, "exported.jsonl");
    const live = await simulated("--since", "2026-01-01", "--export", path, "--json");
    const asked = requests.map(({ path: at, query }) => `${at} ${query.get("policy")} ${query.get("since")}`);
    expect(asked).toEqual(Array(2).fill("/v1/decisions/history bands 2026-01-01T00:00:00.000Z"));
    const again = await simulated("--history", path, "--json");
    expect(JSON.parse(again.stdout).data.simulation).toEqual(JSON.parse(live.stdout).data.simulation);
    expect(JSON.parse(live.stdout).data.simulation.replayed).toBe(5);
  });

  test("policy explain tells the sentence, then what is behind it", async () => {
    const decision = await taken(quoting, smallFacts(at(172_000)));
    const { requests } = await serving(() => ({ json: explain(quoting, decision) }));
    const { exitCode, stdout } = await run("policy", "explain", "dec_1");
    expect([exitCode, requests.map(({ path }) => path)]).toEqual([0, ["/v1/decisions/dec_1/explanation"]]);
    expect(stdout).toBe(
      `${explain(quoting, decision).sentence}

dec_1 of acme:quoting:crm-deal-1001, 2026-03-02 09:00 UTC
policy quoting version v1, from files, mode led

Rules
  manager-band (escalate, decides): Effective discount 17.2 % is over 15 %, up to 25 %: a manager's decision
    true     all of
    true       effectiveDiscount is over 15 % (auto_max), read 17.2 %
    true       effectiveDiscount is at most 25 % (manager_max), read 17.2 %

Parameters
  auto_max 15 % (base)
  manager_max 25 % (base)
  one_tier_up 500,000.00 USD (base)

Other verdicts
  execute: effectiveDiscount ≤ 15 %
  block: effectiveDiscount > 25 %
`,
    );
  });

  test("policy explain takes the beginning of an escalation's id", async () => {
    const explanation = explain(quoting, await taken(quoting, smallFacts(at(172_000))));
    const escalations = [{ escalationId: "esc_0123456789abcdef0123", decisionId: "dec_9" }];
    const { requests } = await serving(({ path }) =>
      path === "/v1/escalations" ? { json: { escalations } } : { json: explanation },
    );
    await run("policy", "explain", "esc_0123");
    expect(requests.at(-1)?.path).toBe("/v1/decisions/dec_9/explanation");
  });

  test("policy explain warns when the rules asked again are not the recorded ones", async () => {
    const explanation = explain(quoting, { ...(await taken(quoting, smallFacts(at(172_000)))), rules: [] });
    await serving(() => ({ json: explanation }));
    expect((await run("policy", "explain", "dec_1")).stderr).toContain("the policy's rules are not the recorded ones");
  });
});
