import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../audit/digest.ts";
import { decisionIdOf, recordKeys } from "../../audit/record-keys.ts";
import { appendRecord, type LedgerPool } from "../../audit/records.ts";
import { decideCaseOf } from "../../domain/decide-case.ts";
import { decideService, goes } from "../fixtures/decide.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

/** Long enough for everyone else to come while the first is written. */
const WRITE_MS = 200;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

describe("many requests at once", () => {
  /** The pool, slow to write a batch and counting them. */
  function counted(): { readonly pool: LedgerPool; readonly batches: () => number } {
    let batches = 0;
    const pool = new Proxy(database.pool, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name !== "query") return typeof member === "function" ? member.bind(target) : member;
        return (given: { name?: string }, ...rest: unknown[]) => {
          const query = () => Reflect.apply(member as (...args: unknown[]) => unknown, target, [given, ...rest]);
          if (given.name !== "record-service-decisions") return query();
          batches += 1;
          return sleep(WRITE_MS).then(query);
        };
      },
    });
    return { pool, batches: () => batches };
  }

  const asked = (key: string, facts: object = goes) => ({
    caller: "sam",
    key,
    policy: "shipping",
    facts: facts as typeof goes,
    action: null,
    ref: key,
    requestedBy: "sam",
  });

  test("share commits, and each gets its own answer", async () => {
    const { pool, batches } = counted();
    const asker = decideService(pool);
    const hours = Array.from({ length: 60 }, (_, index) => index + 20);
    const answers = await Promise.all(
      hours.map((each) => asker.decide(asked(`many-${each}`, { ...goes, hours: each }))),
    );
    expect(batches()).toBeLessThanOrEqual(2);
    const verdicts = answers.map((answer) => answer.kind === "decided" && answer.decision.verdict);
    expect(verdicts).toEqual(hours.map((each) => (each <= 48 ? "execute" : "escalate")));
  });

  test("one that cannot be kept fails alone, and the others need no second try", async () => {
    const { pool, batches } = counted();
    const asker = decideService(pool);
    await givenOtherRecord("bad-2");
    const keys = ["good-1", "bad-2", "good-3", "good-4"];
    const ended = await Promise.allSettled(keys.map((key) => asker.decide(asked(key))));
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(batches()).toBeLessThanOrEqual(2);
    expect(await keptOf(keys)).toBe(3);
  });

  test("one that cannot even be sent fails alone", async () => {
    const asker = decideService(database.pool);
    const requests = [asked("good-5"), { ...asked("bad-6"), ref: "\0" }, asked("good-7"), asked("good-8")];
    const ended = await Promise.allSettled(requests.map((each) => asker.decide(each)));
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(await keptOf(requests.map(({ key }) => key))).toBe(3);
  });

  const stepOf = (key: string) => decideCaseOf("acme", digestOf(["sam", key]));

  /** The ledger holds other bytes where this decision's record would go: it can never be kept. */
  async function givenOtherRecord(key: string): Promise<void> {
    const { caseId, stepKey } = stepOf(key);
    const record = { company: "acme", caseId, kind: "decision", at: "2026-01-01", body: {} } as const;
    await appendRecord(database.pool, { ...record, key: recordKeys.decision(decisionIdOf("acme", stepKey, 1)) });
  }

  async function keptOf(keys: readonly string[]): Promise<number | undefined> {
    const kept = "select count(*)::int as count from decision where step_key = any($1)";
    const steps = keys.map((key) => stepOf(key).stepKey);
    return (await database.pool.query<{ count: number }>(kept, [steps])).rows[0]?.count;
  }
});
