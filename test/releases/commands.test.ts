import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { openEscalation } from "../../audit/ledgers/escalations.ts";
import type { DecisionDraft } from "../../audit/ledgers/decisions.ts";
import type { MatchedRule } from "../../domain/decision.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { detailsFixture } from "../fixtures/details.ts";
import { DIGEST, givenDecision, route, stepNames } from "../fixtures/ledger.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { run } from "../cli/run.ts";

const environment = { ...process.env };
const home = temporaryHome("rollout");
const folder = join(home, "policies");
let database: TestDatabase;
let gateway: Gateway;
let token = "";

beforeAll(async () => {
  cpSync(resolve(import.meta.dirname, "../../policies"), folder, { recursive: true });
  database = await testDatabase();
  const { pool } = database;
  const added = await givenPerson(pool, "acme", { personId: "dana", name: "Dana", role: "partner-manager" });
  token = added.kind === "added" ? added.token : "";
  gateway = await gatewayWith({
    pool,
  });
});
afterAll(async () => {
  await gateway.stop();
  await database.drop();
  removeHome(home);
});
beforeEach(() => {
  Object.assign(process.env, { MANDATE_POLICIES: folder, MANDATE_URL: gateway.url, MANDATE_TOKEN: token });
});
afterEach(() => {
  process.env = { ...environment };
});

const band: MatchedRule = { id: "manager-band", effect: "escalate", reason: "over 15 %", values: {} };
const now = (agoMs = 0) => new Date(Date.now() - agoMs).toISOString();

/** A question about a quote with this discount, asked a minute ago and answered now. */
async function answered(
  n: number,
  ppm: number,
  personId: string,
  changed: Partial<DecisionDraft> = {},
  verdict: "approve" | "reject" = "approve",
): Promise<string> {
  const { pool } = database;
  const names = stepNames(`a${n}`);
  const facts = quoteFacts({ effectiveDiscount: ppm });
  const draft = { verdict: "escalate", route, rules: [band], facts, at: now(120_000) } as const;
  const { decisionId } = await givenDecision(pool, names, { ...draft, ...changed });
  const asked = {
    ...names,
    decisionId,
    actionDigest: DIGEST,
    requestedBy: "sam",
    route,
    reason: "over",
    at: now(60_000),
  };
  const { escalationId } = await openEscalation(pool, asked);
  const person = { personId, role: "partner-manager", actionDigest: DIGEST, reason: "seen" };
  const given = await giveVerdict(pool, {
    at: new Date().toISOString(),
    company: "acme",
    escalationId,
    verdict,
    ...person,
  });
  if (given.kind !== "taken") throw new Error(given.code);
  return decisionId;
}

/** Everything in the policies' folder, to see that nothing was written. */
const folderText = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      return name.endsWith(".yaml") ? readFileSync(join(folder, name), "utf8") : name;
    });

describe("before anything happened", () => {
  test("each command says so plainly", async () => {
    const reports = await run("policy", "shadow-report");
    expect([reports.exitCode, reports.stdout]).toEqual([0, "No policy has decided anything yet.\n"]);
    const one = await run("policy", "shadow-report", "quoting");
    expect(one.stdout).toMatch(
      /^quoting {2}0 decisions since .*\nNothing was decided under it: there is nothing to compare\.\n$/,
    );
    const suggestions = await run("policy", "suggestions");
    expect(suggestions.stdout).toBe("Nothing is suggested.\n\nNobody has answered anything.\n");
  });

  test("a time that is none is a usage error, and a policy that is not there is not found", async () => {
    expect((await run("policy", "shadow-report", "--since", "yesterday")).exitCode).toBe(2);
    expect((await run("policy", "suggestions", "quotng")).exitCode).toBe(5);
    const unknown = ["quoting.manager-band.auto_max", "renewals.price.rise-over-mandate.auto_rise"];
    for (const id of unknown) {
      const { exitCode, stderr } = await run("policy", "suggestions", "show", id);
      expect([exitCode, stderr]).toEqual([5, expect.stringContaining(`nothing is suggested as \`${id}\``)]);
    }
  });
});

describe("with thirty approvals by three people", () => {
  beforeAll(async () => {
    for (let n = 0; n < 30; n += 1) {
      await answered(n, 180_000 - n * 900, ["dana", "kim", "lee"][n % 3] ?? "");
    }
    await answered(31, 240_000, "lee", {}, "reject");
    const over = { id: "quarter", account: "x", window: null, used: 9, reserved: 0, asked: 1, cap: 9, warned: false };
    const limits = [{ ...over, admitted: false }];
    await answered(32, 190_000, "lee", { details: detailsFixture({ limits }) });
    const candidate = {
      rules: [{ ...band, id: "tight", effect: "block" as const }],
      verdict: "block" as const,
      flips: true,
    };
    for (const side of ["new", "old"] as const) {
      const canary = { side, other: side === "new" ? "a" : "b" };
      await givenDecision(database.pool, stepNames(`c-${side}`), {
        details: detailsFixture({ candidate, canary, release: side === "new" ? "b".repeat(64) : "a".repeat(64) }),
        at: now(),
      });
    }
  });

  test("the wider limit is listed with its ground, and how people answer beside it", async () => {
    const { exitCode, stdout, stderr } = await run("policy", "suggestions", "quoting");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "quoting.manager-band.auto_max  raise `auto_max` from 15 % to 18 %: people approved 30 of the 30 requests that `manager-band` asked about and that would then execute (3 people, 60 s each by the median, approval at least 88.6 % with 95 % confidence)",
    );
    expect(stdout).toMatch(
      /PERSON +ANSWERS +APPROVED +MOST IN AN HOUR +MEDIAN SECONDS\nlee +12 +11 +\d+ +60\n(dana|kim) +10 +10 +\d+ +60\n/,
    );
    expect(stdout).toMatch(/lee +12 +11 +\d+ +60\n/);
    expect(stderr).toContain("policy suggestions show quoting.manager-band.auto_max");
  });

  test("it is shown as a patch with evidence, invariants and what the past would have come to; nothing is written", async () => {
    const before = folderText();
    const { exitCode, stdout } = await run("policy", "suggestions", "show", "quoting.manager-band.auto_max");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("-  auto_max: { percent: 15%, allowed: 5%..20% } # up to and including: executes\n");
    expect(stdout).toContain("+  auto_max: { percent: 18%, allowed: 5%..20% } # up to and including: executes\n");
    expect(stdout).toContain("Evidence: 30 asked, 30 approved by dana, kim, lee; such as dec_");
    expect(stdout).toMatch(/loosening 30 /);
    expect(stdout).toContain("Nothing was changed");
    expect(folderText()).toEqual(before);
  });

  test("--patch prints the patch alone", async () => {
    const { stdout } = await run("policy", "suggestions", "show", "quoting.manager-band.auto_max", "--patch");
    expect(stdout).toMatch(/^--- a\/policies\/quoting\.yaml\n/);
    expect(stdout).not.toContain("Evidence");
  });

  test("--json carries the same for programs", async () => {
    const { stdout } = await run("policy", "suggestions", "show", "quoting.manager-band.auto_max", "--json");
    const { ok, data } = JSON.parse(stdout);
    expect(ok).toBe(true);
    expect(data).toMatchObject({
      kind: "open",
      from: 150_000,
      to: 180_000,
      evidence: { asked: 30, approved: 30, approvers: ["dana", "kim", "lee"], medianSeconds: 60 },
      simulation: { loosening: { count: 30 }, contradictions: [] },
    });
    expect(data.text).toBe(readFileSync(join(folder, "quoting.yaml"), "utf8").replace("percent: 15%", "percent: 18%"));
    expect(data.patch).toMatch(/^--- a\/policies\/quoting\.yaml\n\+\+\+ b\/policies\/quoting\.yaml\n@@ /);
  });

  test("the shadow report tells candidates and both sides of the canary", async () => {
    const { stdout, stderr } = await run("policy", "shadow-report", "quoting", "--since", "1d");
    expect(stdout).toMatch(/^quoting {2}34 decisions since /);
    expect(stdout).toMatch(
      /MODE +EXECUTE +ESCALATE +BLOCK +WHAT CAME OF IT\nled +2 \(5\.9 %\) +32 \(94\.1 %\) +0 \(0 %\) +agents acted/,
    );
    expect(stdout).toMatch(/tight +block +2 +2 +execute +block +dec_\w+ dec_\w+\n/);
    expect(stdout).toMatch(/new +b{12} +1 +1 \(100 %\)/);
    expect(stdout).toMatch(/old +a{12} +1 +1 \(100 %\)/);
    expect(stderr).toMatch(/policy explain dec_/);
  });

  test("what is still lacking is said too", async () => {
    const { stdout } = await run("policy", "suggestions", "quoting", "--since", "2999-01-01");
    expect(stdout).toContain("Nothing is suggested.");
    await answered(40, 170_000, "dana", {}, "reject");
    const lacking = await run("policy", "suggestions", "quoting");
    expect(lacking.stdout).toContain("Not yet:\n  quoting.manager-band.auto_max: ");
    const shown = await run("policy", "suggestions", "show", "quoting.manager-band.auto_max");
    expect(shown.exitCode).toBe(5);
    expect(shown.stderr).toContain("requests");
  });
});

test("a request that executed alone and that people then rejected calls for a stricter limit", async () => {
  const names = stepNames("reversed");
  const facts = quoteFacts({ effectiveDiscount: 130_000 });
  const { decisionId } = await givenDecision(database.pool, names, { facts, at: now(3_600_000) });
  const stepKey = names.stepKey.replace("evt_1", "evt_2");
  const later = { verdict: "escalate", route, facts, at: now(60_000) } as const;
  const again = await givenDecision(database.pool, { ...names, stepKey }, later);
  const asked = { actionDigest: DIGEST, requestedBy: "sam", route, reason: "over", at: now(30_000) };
  const { escalationId } = await openEscalation(database.pool, {
    ...names,
    stepKey,
    decisionId: again.decisionId,
    ...asked,
  });
  const person = { personId: "kim", role: "partner-manager", actionDigest: DIGEST, reason: "too deep" };
  await giveVerdict(database.pool, {
    at: new Date().toISOString(),
    company: "acme",
    escalationId,
    verdict: "reject",
    ...person,
  });
  const { stdout } = await run("policy", "suggestions", "quoting");
  expect(stdout).toContain(
    `lower \`auto_max\` from 15 % to 12.9999 %: ${decisionId} executed alone, and people rejected the same object asked again for no more (${again.decisionId})`,
  );
});
