import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import { createDecider } from "../../deciding/decider.ts";
import { type Question } from "../../deciding/question.ts";
import { accountOf } from "../../deciding/limits.ts";
import { policiesOf, versioned } from "../../deciding/policies.ts";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import type { StoredDecision } from "../../audit/ledgers/decisions.ts";
import { openEscalation } from "../../audit/ledgers/escalations.ts";
import type { DecisionDetails, Mode } from "../../domain/decision-details.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Limit } from "../../guardrails/policy.ts";
import { AT, givenProposal, stepNames, type Names } from "../fixtures/ledger.ts";
import { quarterLimit, withLimits } from "../fixtures/limits.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { acted, accountsOf, totalsOf } from "../fixtures/reservations.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

/** Counts the statements that pass through a pool and its clients. */
function counted(real: LedgerPool): { readonly pool: LedgerPool; statements(): number } {
  let statements = 0;
  const counting = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (name === "query") statements += 1;
          const answer: unknown = Reflect.apply(value, of, args);
          return name === "connect" ? (answer as Promise<object>).then(counting) : answer;
        };
      },
    });
  return { pool: counting(real), statements: () => statements };
}

let companies = 0;
/** A company whose quotes are decided under these limits and no other. Each quote asks 12,000.00 USD of discount. */
function given(limits: readonly Limit[], { mode = "led" as Mode, sql = () => pool } = {}) {
  companies += 1;
  const company = `limits-${companies}`;
  const policy = { ...withLimits(...limits), mode };
  const policies = policiesOf({ quoting: versioned(policy) });
  const sam = givenPerson(pool, company, { personId: "sam", name: "Sam", role: "seller" });
  async function decide(
    names: Names,
    facts: JsonObject = {},
    changes: Partial<Question> = {},
  ): Promise<StoredDecision> {
    await sam;
    const proposalId = await givenProposal(pool, names);
    const action = { tool: "quotes.approve-discount", args: { quoteId: "Q-1" } };
    const decider = createDecider({ pool: sql(), policies, alarm: () => undefined });
    return decider({
      ...names,
      gate: 1,
      approvalId: null,
      at: AT,
      proposal: { proposalId, actionId: "quoting", action, recordVersion: "1" },
      review: "exempt",
      facts: { ...quoteFacts(), ...facts },
      sources: [],
      requestedBy: "sam",
      ...changes,
    });
  }
  return { company, step: (name: string) => stepNames(name, company), decide };
}

async function detailsOf({ decisionId }: StoredDecision): Promise<DecisionDetails> {
  const { rows } = await pool.query<{ details: DecisionDetails }>(
    "select details from decision where decision_id = $1",
    [decisionId],
  );
  if (rows[0] === undefined) throw new Error("no decision");
  return rows[0].details;
}

/** The decision's permit as `act` gets it. */
function permitOf({ company, caseId, stepKey }: Names, stored: StoredDecision) {
  const { permitId, decisionId, decidedAt, actionDigest } = stored;
  if (permitId === null) throw new Error("no permit");
  const tool = "quotes.approve-discount";
  return { permitId, company, caseId, decisionId, tool, decidedAt, actionDigest, effectKey: stepKey };
}

async function approved(names: Names, { decisionId, actionDigest, route, reason }: StoredDecision): Promise<string> {
  if (route === null) throw new Error("nobody is asked");
  const at = new Date().toISOString();
  const asked = { ...names, decisionId, actionDigest, requestedBy: "sam", route, reason, at };
  const { escalationId } = await openEscalation(pool, asked);
  const role = route.levels[0]?.role ?? "";
  const by = { company: names.company, escalationId, personId: "dana", role, reason: "seen" };
  const answer = await giveVerdict(pool, { at: new Date().toISOString(), ...by, verdict: "approve", actionDigest });
  if (answer.kind !== "taken") throw new Error(answer.detail);
  return answer.approvalId;
}

const usd = { unit: "minor", currency: "USD" } as const;
const room = (quotes: number) => quarterLimit({ cap: quotes * 1_200_000 });

describe("a limit cannot be split around", () => {
  test("ten concurrent quotes against room for nine: nine execute, one asks the limit's route", async () => {
    const { company, step, decide } = given([room(9)]);
    const all = await Promise.all(Array.from({ length: 10 }, (_, n) => decide(step(`deal-${n}`))));
    const asking = all.filter(({ verdict }) => verdict === "escalate");
    expect([all.filter(({ permitId }) => permitId !== null).length, asking.length]).toEqual([9, 1]);
    expect(asking[0]).toMatchObject({
      permitId: null,
      route: { id: "regional-director" },
      reason:
        "discountAmount of this partner in the quarter comes to 120,000.00 USD with this one, over the cap of 108,000.00 USD",
    });
    expect(await totalsOf(pool, company)).toEqual([0, 10_800_000]);
  });

  test("a limit that blocks, blocks", async () => {
    const { step, decide } = given([quarterLimit({ cap: 1_199_999, over: "block" })]);
    expect(await decide(step("deal"))).toMatchObject({ verdict: "block", permitId: null });
  });

  test("each partner has an account of its own, kept as a digest", async () => {
    const { company, step, decide } = given([room(1)]);
    const partners = ["p-one", "p-two", "p-one"];
    const verdicts: string[] = [];
    for (const [n, partner] of partners.entries())
      verdicts.push((await decide(step(`deal-${n}`), { partner })).verdict);
    expect(verdicts).toEqual(["execute", "execute", "escalate"]);
    const digests = partners
      .slice(0, 2)
      .map((partner) => accountOf(company, "quoting", { limit: room(1), account: { partner }, unit: usd }));
    expect((await accountsOf(pool, company)).map(({ account }) => account).toSorted()).toEqual(digests.toSorted());
    expect(digests.every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
  });

  test("the reading is in the decision, with its warning", async () => {
    const { step, decide } = given([room(2)]);
    await decide(step("first"));
    const { limits } = await detailsOf(await decide(step("second")));
    expect(limits).toMatchObject([
      {
        id: "quarter-discount",
        used: 0,
        reserved: 1_200_000,
        asked: 1_200_000,
        cap: 2_400_000,
        admitted: true,
        warned: true,
      },
    ]);
    expect(limits[0]?.window).toEqual({ from: "2026-01-01T00:00:00.000Z", until: "2026-04-01T00:00:00.000Z" });
  });

  test("an amount that is not known asks people, and holds nothing", async () => {
    const { company, step, decide } = given([room(1)]);
    const { discountAmount: _, ...facts } = quoteFacts();
    expect(await decide(step("deal"), {}, { facts })).toMatchObject({ verdict: "escalate", permitId: null });
    expect(await accountsOf(pool, company)).toEqual([]);
  });
});

describe("what nothing comes of holds nothing, and is still told", () => {
  test.for([
    ["a block", "led", { effectiveDiscount: 300_000 }, "block"],
    ["shadow", "shadow", {}, "execute"],
    ["off", "off", {}, "execute"],
  ] as const)("%s", async ([, mode, facts, verdict]) => {
    const { company, step, decide } = given([room(1)], { mode });
    const decided = await decide(step("deal"), facts);
    expect(decided).toMatchObject({ verdict, permitId: null });
    expect((await detailsOf(decided)).limits).toMatchObject([
      { used: 0, reserved: 0, asked: 1_200_000, admitted: true },
    ]);
    expect(await accountsOf(pool, company)).toEqual([]);
  });

  test("under `assisted` people decide, and the room is held for them", async () => {
    const { company, step, decide } = given([room(1)], { mode: "assisted" });
    expect(await decide(step("deal"))).toMatchObject({ verdict: "escalate" });
    expect(await totalsOf(pool, company)).toEqual([0, 1_200_000]);
  });
});

describe("people may approve beyond a cap", () => {
  test("and what they approve counts", async () => {
    const { company, step, decide } = given([quarterLimit({ cap: 1_000_000 })]);
    const names = step("deal");
    const first = await decide(names);
    expect(await totalsOf(pool, company)).toEqual([0, 0]);
    const second = await decide(names, {}, { gate: 2, approvalId: await approved(names, first) });
    expect(second).toMatchObject({ verdict: "escalate", permitId: expect.stringMatching(/^prm_/) });
    expect(await totalsOf(pool, company)).toEqual([0, 1_200_000]);
    await acted(pool, permitOf(names, second), "done");
    expect(await totalsOf(pool, company)).toEqual([1_200_000, 0]);
  });

  test("but not past a limit that blocks", async () => {
    const { company, step, decide } = given([room(1), quarterLimit({ id: "hard", over: "block" })]);
    const names = step("deal");
    const first = await decide(names, { protectedTerms: "data" });
    const approvalId = await approved(names, first);
    await pool.query("update account set used = 60000000 where name = 'quoting/hard' and company = $1", [company]);
    const second = await decide(names, { protectedTerms: "data" }, { gate: 2, approvalId });
    expect(second).toMatchObject({ verdict: "block", permitId: null });
    expect((await accountsOf(pool, company)).map(({ reserved }) => reserved)).toEqual([0, 0]);
  });
});

describe("once, whatever is tried again", () => {
  test("ten attempts at one decision have one answer and hold it once", async () => {
    const { company, step, decide } = given([room(9)]);
    const all = await Promise.all(Array.from({ length: 10 }, () => decide(step("deal"))));
    expect(new Set(all.map((stored) => JSON.stringify(stored))).size).toBe(1);
    expect(await totalsOf(pool, company)).toEqual([0, 1_200_000]);
  });

  test("an escalation's second gate takes its room over", async () => {
    const { company, step, decide } = given([room(1)]);
    const names = step("deal");
    const first = await decide(names, { protectedTerms: "data" });
    expect(await totalsOf(pool, company)).toEqual([0, 1_200_000]);
    const approvalId = await approved(names, first);
    const second = await decide(names, { protectedTerms: "data" }, { gate: 2, approvalId });
    expect(second.permitId).not.toBeNull();
    expect(await totalsOf(pool, company)).toEqual([0, 1_200_000]);
  });
});

describe("accounts that cannot be read", () => {
  /** The same database, where what limits hold cannot be read. */
  const unreadable = (): LedgerPool =>
    new Proxy(pool, {
      get(of, name) {
        if (name !== "connect") return Reflect.get(of, name).bind?.(of) ?? Reflect.get(of, name);
        return async () => {
          const client = await of.connect();
          return new Proxy(client, {
            get(target, key) {
              const value: unknown = Reflect.get(target, key);
              if (key !== "query") return typeof value === "function" ? value.bind(target) : value;
              return (query: unknown) =>
                typeof query === "object" && JSON.stringify(query).includes("ask_accounts")
                  ? target.query("select * from limits_that_are_gone")
                  : target.query(query as string);
            },
          });
        };
      },
    });

  test("let nothing execute", async () => {
    const { company, step, decide } = given([room(9)], { sql: unreadable });
    const decided = await decide(step("deal"));
    expect(decided).toMatchObject({ verdict: "escalate", permitId: null, route: { id: "regional-director" } });
    expect(decided.reason).toMatch(/^runtime_error:limit_unread/);
    expect(await accountsOf(pool, company)).toEqual([]);
  });

  test("for a lock that nobody gives back let nothing execute", async () => {
    const { company, step, decide } = given([room(9)]);
    await decide(step("first"));
    const holder = await pool.connect();
    try {
      await holder.query("begin");
      await holder.query("select 1 from account where company = $1 for update", [company]);
      const decided = await decide(step("second"));
      expect(decided).toMatchObject({ verdict: "escalate", permitId: null });
      expect(decided.reason).toMatch(/^runtime_error:limit_unread/);
    } finally {
      await holder.query("rollback");
      holder.release();
    }
    expect(await totalsOf(pool, company)).toEqual([0, 1_200_000]);
  });

  test("let nothing that was approved act uncounted", async () => {
    const { step, decide } = given([quarterLimit({ cap: 0 })], { sql: () => pool });
    const names = step("deal");
    const first = await decide(names);
    const approvalId = await approved(names, first);
    const blind = given([quarterLimit({ cap: 0 })], { sql: unreadable });
    await expect(blind.decide(names, {}, { gate: 2, approvalId })).rejects.toThrow("could not be read");
    const { rows } = await pool.query("select 1 from decision where step_key = $1 and gate = 2", [names.stepKey]);
    expect(rows).toEqual([]);
  });
});

describe("what it costs, in statements, one of them for the keys of a new case and its people", () => {
  test.for([
    ["without limits", [], {}, 2],
    ["with a limit", [room(9)], {}, 5],
    ["with three limits", [room(9), room(9), room(9)], {}, 5],
    ["with a limit, blocked", [room(9)], { effectiveDiscount: 300_000 }, 3],
  ] as const)("%s", async ([, limits, facts, statements]) => {
    const counter = counted(pool);
    const named = limits.map((limit, n) => ({ ...limit, id: `limit-${n}` }));
    const { step, decide } = given(named, { sql: () => counter.pool });
    await decide(step("deal"), facts, { requestedBy: "kim" });
    expect(counter.statements()).toBe(statements);
  });
});
