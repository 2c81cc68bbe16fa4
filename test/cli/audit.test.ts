import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { askErasure, confirmErasure } from "../../proof/privacy/erasure.ts";
import type { SubjectName } from "../../proof/privacy/scope.ts";
import { taskQueue } from "../../temporal.config.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { SECRET } from "../fixtures/hubspot.ts";
import { givenCheckpoint } from "../fixtures/logged.ts";
import { givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { TEST_SECRET } from "../setup/database.ts";
import { startSystem, type System } from "../setup/system.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { run } from "./run.ts";

/** What people read of a case that really ran: agents, guardrail, a person, effects. */

const environment = { ...process.env };
const home = temporaryHome("audit-commands");
const strict = join(home, "quoting.yaml");
let system: System;
let gateway: Gateway;
let caseId: string;
let waiting: string;
/** By gate: the one that asked, and the one that people's approval let pass. */
let decisions: readonly string[];
let beforeCheckpoint: { readonly show: string; readonly replay: number };
let checkpoint: Awaited<ReturnType<typeof givenCheckpoint>>;

async function ask(objectId: string, personId: string): Promise<string> {
  const record = quoteAtDiscount(180_000, { quote_id: `Q-${objectId}`, quote_requested_by: personId });
  await givenCrmObject(system.pool, system.company, "deal", objectId, record as Record<string, string>);
  return system.arrive("quoting", objectId);
}

beforeAll(async () => {
  system = await startSystem();
  const { pool, company, client, queuePrefix } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  gateway = await gatewayWith({
    pool,
    engine: temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration")),
    company,
    hubspotSecret: SECRET,
  });
  await givenPerson(pool, company, { personId: "dana", name: "Dana", role: "partner-manager" }, "token-dana");
  Object.assign(process.env, {
    MANDATE_HOME: home,
    MANDATE_URL: gateway.url,
    MANDATE_TOKEN: "token-dana",
    MANDATE_COMPANY: company,
    MANDATE_AUDIT_SECRET: TEST_SECRET.toString("base64"),
  });
  const policy = readFileSync(resolve(import.meta.dirname, "../../policies/quoting.yaml"), "utf8");
  writeFileSync(strict, policy.replace(/(auto_max:[^\n]*?)15%/, "$119%"));
  [caseId, waiting] = await Promise.all([ask("d1", "sam"), ask("d2", "kim")]);
  await answer(system, caseId, "approve", await openEscalationOf(system, caseId));
  await client.workflow.getHandle(caseId).result();
  await openEscalationOf(system, waiting);
  beforeCheckpoint = {
    show: (await run("audit", "show", caseId)).stdout,
    replay: (await run("audit", "replay", caseId, "--level", "integrity")).exitCode,
  };
  checkpoint = await givenCheckpoint(pool, company);
  const { rows } = await pool.query<{ decision_id: string }>(
    "select decision_id from decision where case_id = $1 and policy_id = 'quoting' order by gate",
    [caseId],
  );
  decisions = rows.map(({ decision_id }) => decision_id);
});
afterAll(async () => {
  process.env = { ...environment };
  await gateway.stop();
  await system.stop();
  removeHome(home);
});

async function printed(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...argv);
  expect({ argv, exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ argv, exitCode: 0, stderr: "" });
  return stdout;
}

describe("audit show CASE", () => {
  test("tells who did what and why, and nothing of what agents asked their models", async () => {
    const story = await printed("audit", "show", caseId);
    expect(story).toMatch(/proposes quotes.approve-discount[^]*dana \(partner-manager\) approves: seen[^]*has done it/);
    expect(story).not.toMatch(/asked the offline model/);
  });

  test("closes with how much is proved: before the next checkpoint, that it waits", () => {
    expect(beforeCheckpoint.show).toMatch(
      /\n\d+ records, numbered without a gap, every digest holds; waits for the next checkpoint\n$/,
    );
  });

  test("and after it, under which checkpoint", async () => {
    expect(await printed("audit", "show", caseId)).toMatch(
      new RegExp(`every digest holds, under checkpoint ${checkpoint.size} of ${checkpoint.origin}\n$`),
    );
  });

  test("says so when the log's key is not known here", async () => {
    const { MANDATE_AUDIT_SECRET: secret } = process.env;
    delete process.env["MANDATE_AUDIT_SECRET"];
    const story = await printed("audit", "show", caseId);
    const given = await printed("audit", "show", caseId, "--vkey", checkpoint.vkey);
    process.env["MANDATE_AUDIT_SECRET"] = secret;
    expect(story).toContain("(its signature is not checked: the log's key is not known here)");
    expect(given).not.toContain("is not checked");
  });

  test("--steps gives each record's leaf, what it rests on, its place and its checkpoint", async () => {
    const steps = await printed("audit", "show", caseId, "--steps");
    expect(steps).toMatch(/^ *N +AT +KIND +LEAF +RESTS ON +PLACE +CHECKPOINT +KEY$/m);
    expect(steps).toMatch(
      new RegExp(`^ *1 +\\S+ +turn +[0-9a-f]{64} +\\d+ +${checkpoint.size} +\\S+/intelligence/turn$`, "m"),
    );
    expect(steps).toMatch(/^ *\d+ +\S+ +receipt +[0-9a-f]{64} +\d+ +\d+ +\d+ +\S+$/m);
  });

  test("--raw gives each record's envelope and body", async () => {
    const { stdout } = await run("audit", "show", decisions[0] ?? "", "--raw");
    expect(stdout).toContain('"typ": "audit/v1"');
    expect(stdout).toContain('"effectiveDiscount": 180000');
  });

  test("--steps and --raw do not go together", async () => {
    expect((await run("audit", "show", caseId, "--steps", "--raw")).exitCode).toBe(2);
  });

  test("a decision that nobody took is not found", async () => {
    expect((await run("audit", "show", "dec_0")).exitCode).toBe(5);
  });
});

describe("audit show DECISION", () => {
  test("tells what led to it and what came of it, and nothing else of the case", async () => {
    const { data } = JSON.parse(await printed("audit", "show", decisions[1] ?? "", "--json"));
    const kinds = data.records.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toEqual([
      "turn",
      "turn",
      "proposal",
      "turn",
      "review",
      "decision",
      "escalation",
      "approval",
      "decision",
      "intent",
      "receipt",
    ]);
    const story = await printed("audit", "show", decisions[1] ?? "");
    expect(story).toContain("lets the action pass on approval");
    expect(story).not.toContain("crm.write-back");
    expect(story).toMatch(/\n11 of \d+ records, numbered without a gap/);
  });
});

describe("audit replay", () => {
  test("of a case: its records hold, its decisions and its agents' work come out again", async () => {
    const text = await printed("audit", "replay", caseId);
    expect(text.match(/^guardrail: dec_\w+: same$/gm)).toHaveLength(4);
    expect(text).toContain(
      `integrity: ${caseId}: same\n  - under checkpoint ${checkpoint.size} of ${checkpoint.origin}`,
    );
    expect(text).toMatch(/^agent: \S+\/approve-discount\S*: same$/m);
    expect(text).not.toContain("what if");
  });

  test("of a decision: that one alone, and the agents' work on its step", async () => {
    const { data } = JSON.parse(await printed("audit", "replay", decisions[0] ?? "", "--json"));
    const results = data.results.map(({ level, of, outcome }: { level: string; of: string; outcome: object }) => [
      level,
      level === "guardrail" ? of : "",
      outcome,
    ]);
    const same = { kind: "same" };
    expect(results).toEqual([
      ["integrity", "", same],
      ["guardrail", decisions[0], same],
      ["agent", "", same],
    ]);
  });

  test("cannot be checked while records wait for the next checkpoint, and exits 2", () => {
    expect(beforeCheckpoint.replay).toBe(2);
  });

  test("what if: another policy is told as what never happened, with then and now, and exits 3", async () => {
    const { exitCode, stdout } = await run("audit", "replay", waiting, "--policy", strict);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(
      /^what if: never what happened: dec_\w+: DIFFERS: it was escalate, and would be execute under quoting [0-9a-f]{12}: Effective discount 18 % is within 19 %/m,
    );
  });

  test("what if: the same policy file says the same and exits 0", async () => {
    const shipped = resolve(import.meta.dirname, "../../policies/quoting.yaml");
    const text = await printed("audit", "replay", waiting, "--level", "what-if", "--policy", shipped);
    expect(text).toMatch(/^what if: never what happened: dec_\w+: same\n {2}- it was escalate, and would be escalate/m);
  });

  test.for([
    [["--level", "truth"], "no level `truth`"],
    [["--level", "what-if"], "what-if needs another policy"],
    [["--level", "agent", "--policy", "x.yaml"], "--policy does not go with --level agent"],
    [["--vkey", "nonsense"], "nonsense"],
  ] as const)("%j is a usage fault", async ([options, words]) => {
    const { exitCode, stderr } = await run("audit", "replay", caseId, ...options);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
  });

  test("under another log's key the records do not hold", async () => {
    const other = await givenCheckpoint(system.pool, system.company);
    const forged = checkpoint.vkey.replace(/\+[0-9a-f]{8}\+.*$/, "");
    expect(other.origin).toBe(forged);
    const { createSigner } = await import("../../proof/log/note-keys.ts");
    const { vkey } = createSigner(forged, Buffer.alloc(32, 7));
    const { exitCode, stdout } = await run("audit", "replay", caseId, "--level", "integrity", "--vkey", vkey);
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining("DIFFERS")]);
  });
});

describe("what was erased", () => {
  async function erased(subject: SubjectName): Promise<void> {
    const { database, company } = system;
    const [ola, omar] = ["ola", "omar"].map((personId) => ({ company, personId, at: new Date().toISOString() }));
    if (ola === undefined || omar === undefined) throw new Error("nobody");
    const asked = await askErasure(database.pool, ola, { subject, ground: "consent-withdrawn", reason: "asked" });
    if (asked.kind !== "asked") throw new Error(asked.detail);
    const done = await confirmErasure(database.pool, omar, asked.erasure.erasureId);
    expect(done.kind).toBe("erased");
  }

  test("of the person who asked is told as erased; the records hold and the decisions still come out again", async () => {
    await erased("person:sam");
    const story = await printed("audit", "show", caseId);
    expect(story).toMatch(/- erased under record \S+/);
    expect(story).not.toContain("asked for by sam");
    expect(story).toContain("every digest holds, under checkpoint");
    expect(await printed("audit", "replay", caseId, "--level", "guardrail")).toMatch(/^guardrail: dec_\w+: same$/m);
  });

  test("of the whole case leaves records that hold, and nothing that can be taken again: exit 2", async () => {
    await erased(`case:${caseId}`);
    const integrity = await run("audit", "replay", caseId, "--level", "integrity");
    expect([integrity.exitCode, integrity.stdout]).toEqual([0, expect.stringContaining(": same")]);
    const { exitCode, stdout } = await run("audit", "replay", caseId);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^guardrail: dec_\w+: cannot be checked: `\w+` was erased under record \S+$/m);
    expect(stdout).toMatch(/^agent: \S+: cannot be checked: .* erased under/m);
  });
});

describe("records that somebody changed in the database", () => {
  test("differ: the record is named, and replay and show exit 3", async () => {
    const { database, company } = system;
    const { pool } = database;
    await pool.query("alter table audit_record disable trigger user");
    await pool.query(
      `update audit_record set kept = replace(kept, E'review\\x12', E'hold\\x12')
       where company = $1 and case_id = $2 and kind = 'review'`,
      [company, waiting],
    );
    await pool.query("alter table audit_record enable trigger user");
    const replayed = await run("audit", "replay", waiting, "--level", "integrity");
    expect([replayed.exitCode, replayed.stdout]).toEqual([
      3,
      expect.stringMatching(/record \d+ \(hold\): the leaf is not proved to be entry \d+ of \d+/),
    ]);
    const shown = await run("audit", "show", waiting);
    expect([shown.exitCode, shown.stdout]).toEqual([3, expect.stringContaining("THE RECORDS DO NOT HOLD: record")]);
  });
});
