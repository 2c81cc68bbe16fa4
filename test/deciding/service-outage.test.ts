import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { moveQuestion } from "../../audit/ledgers/escalation-moves.ts";
import { readNotices } from "../../audit/ledgers/notices.ts";
import { wallTime } from "../../db/company-clock.ts";
import type { Pump } from "../../db/pump.ts";
import { startOutageWatch } from "../../deciding/outage-watch.ts";
import { policiesOf } from "../../deciding/policies.ts";
import { decideServiceInstead } from "../../deciding/service-instead.ts";
import type { Answered, Asked } from "../../deciding/service.ts";
import { standingView } from "../../gateway/http/decisions.ts";
import { compareLedgers } from "../../proof/whole/compare-ledgers.ts";
import { exported } from "../fixtures/governed-log.ts";
import { givenCheckpoint } from "../fixtures/logged.ts";
import { verified } from "../proof/verify/verified.ts";
import { decideService } from "../fixtures/decide.ts";
import { shippingPolicy } from "../fixtures/foreign-policy.ts";
import { keptLog } from "../fixtures/log.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { eventually } from "../setup/system.ts";

/** Requests to the decide service whose limits could not be read while somebody held their account, on the real database. */
const limits = `limits:
  - { id: hours-in-all, sum: hours, per: [], window: ever, cap: 1000, over: escalate }
`;
let most = 48;
const policy = () => shippingPolicy(most, 200, limits);
const company = "acme";

let database: TestDatabase;
let pump: Pump | undefined;
beforeAll(async () => {
  database = await testDatabase();
  for (const [personId, role] of [
    ["sam", "courier"],
    ["lea", "lab-lead"],
    ["lou", "lab-lead"],
  ] as const) {
    await givenPerson(database.pool, company, { personId, name: personId, role });
  }
  // The account is there, so that it can be held.
  await decideService(database.pool, policy).decide(asked("first"));
});
afterAll(() => database.drop());
afterEach(async () => {
  most = 48;
  await pump?.stop();
  pump = undefined;
});

function asked(key: string, changes: Partial<Asked> = {}): Asked {
  const facts = { hours: 10, worth: 1, isCleared: true };
  const who = { caller: "sam", requestedBy: "sam" };
  return { ...who, key, policy: "shipping", facts, action: null, ref: key, ...changes };
}

/** While the account is held by somebody who does not give it back. */
async function whileHeld<T>(work: () => Promise<T>): Promise<T> {
  const holder = await database.pool.connect();
  try {
    await holder.query("begin");
    await holder.query("select 1 from account where company = $1 for update", [company]);
    return await work();
  } finally {
    await holder.query("rollback");
    holder.release();
  }
}

const service = () => decideService(database.pool, policy);

const askedInOutage = async (key: string) => standing(await whileHeld(() => service().decide(asked(key))));

/** Each at the same time. */
async function allAskedInOutage(keys: readonly string[]) {
  const answers = await whileHeld(() => Promise.all(keys.map((key) => service().decide(asked(key)))));
  return Promise.all(answers.map(standing));
}

async function standing(answered: Answered) {
  if (answered.kind !== "decided") throw new Error(answered.kind);
  const { decisionId, reason, verdict } = answered.decision;
  expect([verdict, reason.startsWith("runtime_error:limit_unread")]).toEqual(["escalate", true]);
  const read = async () => {
    const step = await service().read(decisionId);
    if (step === undefined) throw new Error("no request");
    return step;
  };
  const escalationId = (await read()).decisions[0].escalation?.escalationId ?? "";
  return { decisionId, escalationId, read };
}

type One = Awaited<ReturnType<typeof standing>>;

const deps = () => ({
  pool: database.pool,
  company,
  policies: { inForce: (id: string) => policiesOf({ shipping: policy() }).inForce(id, () => "") },
  alarm: () => {},
  now: wallTime,
});
const watch = () => {
  pump = startOutageWatch({ ...deps(), log: keptLog().log, pollMs: 25 });
};
const by = (personId: string, escalationId: string) => ({
  company,
  escalationId,
  personId,
  role: "lab-lead",
  at: wallTime(),
});

async function account() {
  const { rows } = await database.pool.query<{ reserved: number }>("select reserved from account");
  return rows[0]?.reserved;
}

describe("a request that only an outage put to people", () => {
  test("is decided anew by the watch, holds its limits, and tells its caller, who had it in hand, and whoever asks again", async () => {
    const one = await askedInOutage("back");
    await moveQuestion(database.pool, { ...by("lea", one.escalationId), move: "take" });
    const before = (await account()) ?? 0;
    watch();
    const step = await eventually(async () => {
      const read = await one.read();
      return read.decisions.length === 2 ? read : undefined;
    });
    const [first, anew] = step.decisions;
    const reason = `what deciding needs is back, and the rules execute: decided anew as ${anew?.decisionId}`;
    expect(first.escalation).toMatchObject({ state: "superseded", instead: anew?.decisionId });
    expect(anew).toMatchObject({ gate: 2, verdict: "execute", escalation: null });
    expect(standingView(step)).toMatchObject({
      state: "permitted",
      takenBack: { escalationId: one.escalationId, reason },
      decision: { decisionId: anew?.decisionId, permit: { permitId: anew?.permitId } },
    });
    expect(await account()).toBe(before + 10);
    const told = { company, since: new Date(0).toISOString(), takingBack: [], limit: 10 };
    const noticesOf = (personId: string) => readNotices(database.pool, { ...told, personId });
    expect(await noticesOf("lea")).toMatchObject([{ what: "asked-no-more", detail: reason }]);
    expect(await noticesOf("lou")).toEqual([]);
    expect(await service().regate("sam", one.decisionId)).toMatchObject({
      kind: "decided",
      decision: { permitId: anew?.permitId },
    });
    expect(await service().settle("sam", one.decisionId, { state: "done" })).toMatchObject({ kind: "settled" });
  });

  test("stays with people while the outage lasts", async () => {
    const one = await askedInOutage("away");
    expect(await whileHeld(() => decideServiceInstead(deps(), one))).toBe("away");
    expect((await one.read()).decisions).toMatchObject([{ escalation: { state: "open", instead: null } }]);
    expect(await decideServiceInstead(deps(), one)).toBe("decided");
  });

  test("stays with people once the rules in force ask for them, or somebody has answered, or its caller withdrew it", async () => {
    const all = await allAskedInOutage(["ruled", "answered", "withdrawn"]);
    const [ruled, answered, withdrawn] = all as [One, One, One];
    const { actionDigest } = (await answered.read()).decisions[0];
    const yes = { verdict: "approve", actionDigest, reason: "seen", undoMs: 3_600_000 } as const;
    expect(await giveVerdict(database.pool, { ...by("lea", answered.escalationId), ...yes })).toMatchObject({
      kind: "taken",
    });
    expect(await service().withdraw("sam", withdrawn.decisionId)).toMatchObject({ kind: "withdrawn" });
    most = 5;
    const came = await Promise.all([ruled, answered, withdrawn].map((one) => decideServiceInstead(deps(), one)));
    expect(came).toEqual(["stands", "stands", "stands"]);
    const states = await Promise.all([ruled, answered, withdrawn].map(async (one) => (await one.read()).decisions));
    expect(states.map((decisions) => decisions.map(({ escalation }) => escalation?.state))).toEqual([
      ["open"],
      ["committing"],
      ["withdrawn"],
    ]);
  });

  test("is taken back once by any number that look, and an approval at the same time wins or is told", async () => {
    const many = await allAskedInOutage(Array.from({ length: 6 }, (_, n) => `race-${n}`));
    const outcomes = await Promise.all(
      many.map(async (one) => {
        const { actionDigest } = (await one.read()).decisions[0];
        const verdict = { verdict: "approve", actionDigest, reason: "seen" } as const;
        const [given, ...came] = await Promise.all([
          giveVerdict(database.pool, { ...by("lea", one.escalationId), ...verdict }),
          decideServiceInstead(deps(), one),
          decideServiceInstead(deps(), one),
        ]);
        return { given: given.kind, came };
      }),
    );
    for (const [n, { given, came }] of outcomes.entries()) {
      const decisions = (await many[n]?.read())?.decisions ?? [];
      const decided = came.filter((word) => word === "decided").length;
      expect([given, decided, decisions.length]).toEqual(given === "taken" ? ["taken", 0, 1] : ["refused", 1, 2]);
    }
  });
});

test("the record of one verifies, with every gate decided again and its ledgers held against it", async () => {
  const { pool } = database;
  await givenCheckpoint(pool, company, company);
  const { findings, cases } = await verified(await exported(pool, { kind: "company" }, company, company));
  expect(findings).toEqual([]);
  expect(cases.filter(({ decisions }) => decisions === 2).length).toBeGreaterThan(1);
  expect(await compareLedgers(pool, company)).toMatchObject({ findings: [] });
});
