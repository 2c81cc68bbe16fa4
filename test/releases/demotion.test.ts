import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoteLapsed, watchedIn, type Demoted, type Restraints, type Watched } from "../../releases/demotion.ts";
import { startDemotionWatch } from "../../releases/watch.ts";
import { installFirstRelease } from "../../releases/set-up.ts";
import { createReleaseReader } from "../../releases/reader.ts";
import { lowerMode, readModeChanges } from "../../audit/ledgers/autonomy-modes.ts";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { openEscalation } from "../../audit/ledgers/escalations.ts";
import { readRecords } from "../../audit/records.ts";
import type { Mode } from "../../domain/decision-details.ts";
import type { Verdict } from "../../domain/decision.ts";
import { detailsFixture } from "../fixtures/details.ts";
import { DIGEST, givenDecision, route, stepNames } from "../fixtures/ledger.ts";
import { keptLog } from "../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { eventually } from "../setup/system.ts";

const company = "acme";
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

let next = 0;
const names = () => stepNames(`n${(next += 1)}`);

type Given = { readonly policyId: string; readonly release: string };

async function decided({ policyId, release }: Given, verdict: Verdict, at: string, own = names()) {
  const { decisionId } = await givenDecision(database.pool, own, {
    verdict,
    ...(verdict === "escalate" && { route }),
    policy: { id: policyId, version: "v1" },
    details: detailsFixture({ release }),
    at,
  });
  return { ...own, decisionId };
}

/** A question that a person answered. */
async function answered(given: Given, verdict: "approve" | "reject", at: string) {
  const { decisionId, ...own } = await decided(given, "escalate", at);
  const asked = { ...own, decisionId, actionDigest: DIGEST, requestedBy: "sam", route, reason: "over" };
  const { escalationId } = await openEscalation(database.pool, { ...asked, at: new Date().toISOString() });
  const person = { personId: "dana", role: "partner-manager", actionDigest: DIGEST, reason: "seen" };
  await giveVerdict(database.pool, { at: new Date().toISOString(), company, escalationId, verdict, ...person });
}

/** Times in the order they are asked for. */
const later = (n: number) => new Date(Date.parse("2026-03-02T09:00:00.000Z") + n * 1_000).toISOString();

function watchedPolicy(changed: Partial<Watched> = {}): Watched {
  const policyId = `policy-${(next += 1)}`;
  const demotion = { blockedPpm: 200_000, rejectedPpm: 500_000, minimum: 5 };
  return { policyId, release: "r1", isCanary: false, demotion, mode: "led", ...changed };
}

/** What was asked of the ledgers. */
function restrained(withdraws = true) {
  const asked: unknown[][] = [];
  const restraints: Restraints = {
    lower: async (...words) => {
      asked.push(["lower", ...words]);
      return true;
    },
    withdraw: withdraws
      ? async (...words) => {
          asked.push(["withdraw", ...words]);
          return true;
        }
      : null,
  };
  const look = (watched: Watched): Promise<readonly Demoted[]> =>
    demoteLapsed({ sql: database.pool, company, restraints }, [watched]);
  return { asked, look };
}

describe("the latest decisions decide", () => {
  test("over its bound the mode goes down by one, with the counts as the reason", async () => {
    const watched = watchedPolicy();
    for (const [n, verdict] of (["execute", "block", "execute", "block", "execute"] as const).entries()) {
      await decided(watched, verdict, later(n));
    }
    const { asked, look } = restrained();
    const reason = "2 of 5 decisions blocked is over 20 %";
    expect(await look(watched)).toEqual([
      { policyId: watched.policyId, release: "r1", done: { kind: "lowered", to: "assisted" }, reason },
    ]);
    expect(asked).toEqual([["lower", watched.policyId, "assisted", reason]]);
  });

  test("exactly at its bound nothing happens, and only the latest five count", async () => {
    const watched = watchedPolicy();
    for (const n of [0, 1, 2]) await decided(watched, "block", later(n));
    for (const n of [3, 4, 5, 6]) await decided(watched, "execute", later(n));
    const { asked, look } = restrained();
    expect(await look(watched)).toEqual([]);
    await decided(watched, "block", later(7));
    await decided(watched, "execute", later(8));
    expect(await look(watched)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test("of the answers people gave, whatever else was decided", async () => {
    const watched = watchedPolicy();
    for (const [n, verdict] of (["reject", "reject", "reject", "approve"] as const).entries()) {
      await answered(watched, verdict, later(n));
    }
    for (const n of [10, 11, 12, 13, 14, 15]) await decided(watched, "execute", later(n));
    const { look } = restrained();
    expect(await look(watched)).toEqual([]);
    await answered(watched, "approve", later(20));
    expect(await look(watched)).toMatchObject([{ reason: "3 of 5 answers rejected is over 50 %" }]);
  });

  test("another release, company, policy or a second gate is not counted", async () => {
    const watched = watchedPolicy();
    for (const n of [0, 1, 2, 3, 4]) {
      await decided({ ...watched, release: "r0" }, "block", later(n));
      await decided({ ...watched, policyId: "another" }, "block", later(n));
      await decided(watched, "block", later(n), stepNames(`x${(next += 1)}`, "other"));
    }
    for (const n of [0, 1, 2]) await decided(watched, "block", later(n));
    const twice = await decided(watched, "block", later(3));
    const again = { gate: 2, verdict: "block", policy: { id: watched.policyId, version: "v1" }, at: later(4) } as const;
    await givenDecision(database.pool, twice, { ...again, details: detailsFixture({ release: "r1" }) });
    expect(await restrained().look(watched)).toEqual([]);
    await decided(watched, "block", later(5));
    expect(await restrained().look(watched)).toHaveLength(1);
  });

  test("what was decided before the mode last changed says nothing about the present one", async () => {
    const watched = watchedPolicy({ mode: "assisted" });
    for (const n of [0, 1, 2, 3, 4]) await decided(watched, "block", later(n));
    await lowerMode(database.pool, {
      company,
      policyId: watched.policyId,
      to: "assisted",
      by: "dana",
      reason: "careful",
    });
    const { look } = restrained();
    expect(await look(watched)).toEqual([]);
    const after = Date.now() + 60_000;
    for (const n of [0, 1, 2, 3, 4]) await decided(watched, "block", new Date(after + n).toISOString());
    expect(await look(watched)).toMatchObject([{ done: { kind: "lowered", to: "shadow" } }]);
  });

  test.for(["shadow", "off"] as const)("%s is low enough", async (mode: Mode) => {
    const watched = watchedPolicy({ mode });
    for (const n of [0, 1, 2, 3, 4]) await decided(watched, "block", later(n));
    expect(await restrained().look(watched)).toEqual([]);
  });
});

describe("a canary that lapses", () => {
  test("is withdrawn, and the mode stays", async () => {
    const watched = watchedPolicy({ isCanary: true, release: "r2" });
    for (const n of [0, 1, 2, 3, 4]) await decided(watched, "block", later(n));
    const { asked, look } = restrained();
    expect(await look(watched)).toMatchObject([{ done: { kind: "withdrawn" } }]);
    expect(asked).toEqual([["withdraw", "r2", "5 of 5 decisions blocked is over 20 %"]]);
  });

  test("where withdrawing takes a person, the mode is lowered and the reason names the canary", async () => {
    const watched = watchedPolicy({ isCanary: true, release: "r2" });
    for (const n of [0, 1, 2, 3, 4]) await decided(watched, "block", later(n));
    const { asked, look } = restrained(false);
    await look(watched);
    const reason = "the canary `r2`: 5 of 5 decisions blocked is over 20 %";
    expect(asked).toEqual([["lower", watched.policyId, "assisted", reason]]);
  });
});

describe("the watch of a worker, on a real release", () => {
  const home = temporaryHome("demotion");
  afterAll(() => removeHome(home));

  /** The shipped policies; quoting's lapses when more than 20 % of five decisions are blocked. */
  function policiesFolder(): string {
    const folder = join(home, "policies");
    cpSync(resolve(import.meta.dirname, "../../policies"), folder, { recursive: true });
    const file = join(folder, "quoting.yaml");
    const bounds = "demote: { blocked: 20%, rejected: 50%, minimum: 5 }";
    const text = readFileSync(file, "utf8").replace(/^default: escalate.*$/m, (line) => `${line}\n${bounds}`);
    writeFileSync(file, text);
    return folder;
  }

  test("lowers the mode once, though two watch, and the record says why", async () => {
    const { pool } = database;
    const began = Date.now() - 3_600_000;
    const at = new Date(began).toISOString();
    const installed = await installFirstRelease({ sql: pool, company, home, folder: policiesFolder(), at });
    if (installed.kind !== "installed") throw new Error("there is a release already");
    const reading = await createReleaseReader({ sql: pool, company }).read();
    expect(watchedIn(reading)).toMatchObject([{ policyId: "quoting", release: installed.release, mode: "led" }]);
    for (const n of [0, 1, 2, 3, 4]) {
      const verdict = n < 2 ? "block" : "execute";
      await decided(
        { policyId: "quoting", release: installed.release },
        verdict,
        new Date(began + 1_000 + n).toISOString(),
      );
    }
    const { log, lines } = keptLog();
    const watches = [1, 2].map(() => startDemotionWatch({ pool, company, log, pollMs: 50 }));
    const ofQuoting = async () => (await readModeChanges(pool, company)).filter(({ policy }) => policy === "quoting");
    await eventually(async () => ((await ofQuoting()).length > 0 ? true : undefined));
    await new Promise((resume) => setTimeout(resume, 300));
    await Promise.all(watches.map((watch) => watch.stop()));
    const reason = "2 of 5 decisions blocked is over 20 %";
    expect(await ofQuoting()).toMatchObject([{ mode: "assisted", inForce: true, person: "demotion-watch", reason }]);
    const { records, intact } = await readRecords(pool, company, `${company}:policies`);
    expect(intact).toBe(true);
    expect(records.at(-1)).toMatchObject({ kind: "policy", body: { change: "mode", mode: "assisted", reason } });
    expect((await createReleaseReader({ sql: pool, company }).read()).modes.policies["quoting"]?.mode).toBe("assisted");
    expect(JSON.stringify(lines)).toContain("agents do less");
  });
});
