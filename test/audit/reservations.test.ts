import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import { openEscalation, raiseEscalation, supersedeEscalation } from "../../audit/ledgers/escalations.ts";
import { settleEffect } from "../../audit/ledgers/effects.ts";
import { readLimits } from "../../audit/ledgers/reservations.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import { AT, DIGEST, route, type Names } from "../fixtures/ledger.ts";
import {
  accountsOf,
  acted,
  answered,
  askOf,
  caseEnds,
  decideAsking,
  QUARTER,
  reservationsOf,
  someCompany,
  totalsOf,
  unequalAccounts,
} from "../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

async function open(names: Names, decisionId: string) {
  const asked = { ...names, decisionId, actionDigest: DIGEST, requestedBy: "sam", route, reason: "", at: AT };
  return (await openEscalation(pool, asked)).escalationId;
}

describe("used, reserved and asked together never pass the cap", () => {
  test("ten at once against room for nine: nine are admitted", async () => {
    const acme = someCompany();
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) => decideAsking(pool, acme.step(`deal-${n}`), [askOf()])),
    );
    expect(all.filter(({ admitted }) => admitted)).toHaveLength(9);
    expect(await totalsOf(pool, acme.name)).toEqual([0, 90]);
    expect(await unequalAccounts(pool, acme.name)).toEqual([]);
  });

  test.for([
    ["exactly the cap", 90, true],
    ["one more than the cap", 91, false],
    ["nothing", 0, true],
  ] as const)("%s", async ([, amount, admitted]) => {
    const acme = someCompany();
    const decided = await decideAsking(pool, acme.step("deal"), [askOf({ amount })]);
    expect(decided.admitted).toBe(admitted);
    expect(await totalsOf(pool, acme.name)).toEqual([0, admitted ? amount : 0]);
  });

  test("an execution over a cap is refused by the database, whoever asks", async () => {
    const acme = someCompany();
    const forced = decideAsking(pool, acme.step("deal"), [askOf({ amount: 91 })], { verdict: "execute" });
    await expect(forced).rejects.toMatchObject({ code: "42501" });
    expect(await accountsOf(pool, acme.name)).toEqual([]);
  });

  test("each account and each window has its own room", async () => {
    const acme = someCompany();
    const later = { from: QUARTER.until, until: "2026-07-01T00:00:00.000Z" };
    const asks = [{}, { account: "other" }, { window: later }, { window: null }, { account: "second" }].map((changes) =>
      askOf({ amount: 90, ...changes }),
    );
    const all = await Promise.all(asks.map((ask, n) => decideAsking(pool, acme.step(`deal-${n}`), [ask])));
    expect(all.map(({ admitted }) => admitted)).toEqual([true, true, true, true, true]);
    expect(await accountsOf(pool, acme.name)).toHaveLength(5);
  });

  test("of several limits all are held or none", async () => {
    const acme = someCompany();
    const asks = [askOf({ amount: 60 }), askOf({ account: "tight", amount: 60, cap: 50 })];
    expect((await decideAsking(pool, acme.step("deal"), asks)).readings).toMatchObject([
      { admitted: true },
      { admitted: false },
    ]);
    expect((await accountsOf(pool, acme.name)).map(({ reserved }) => reserved)).toEqual([0, 0]);
    expect(await reservationsOf(pool, acme.name)).toEqual([]);
  });

  test("limits asked in any order do not wait for each other in a circle", async () => {
    const acme = someCompany();
    const asks = ["a", "b", "c"].map((account) => askOf({ account, amount: 1, cap: 1000 }));
    const turned = (n: number) => [...asks.slice(n % 3), ...asks.slice(0, n % 3)];
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, n) => decideAsking(pool, acme.step(`deal-${n}`), turned(n))),
    );
    expect(all.every(({ admitted }) => admitted)).toBe(true);
    expect((await accountsOf(pool, acme.name)).map(({ reserved }) => reserved)).toEqual([30, 30, 30]);
  });
});

describe("what a decision holds follows what comes of it", () => {
  test.for([
    ["done", [10, 0], "committed 10"],
    ["failed", [0, 0], "released 10"],
    ["unknown", [0, 10], "reserved 10"],
    ["intent", [0, 10], "reserved 10"],
  ] as const)("an effect that is %s", async ([end, totals, reservation]) => {
    const acme = someCompany();
    const { permit } = await decideAsking(pool, acme.step("deal"), [askOf()]);
    await acted(pool, permit, end);
    expect(await totalsOf(pool, acme.name)).toEqual(totals);
    await caseEnds(pool, acme.step("deal"));
    expect(await totalsOf(pool, acme.name)).toEqual(totals);
    expect(await reservationsOf(pool, acme.name)).toEqual([reservation]);
  });

  test.for([
    ["done", [10, 0]],
    ["failed", [0, 0]],
  ] as const)("an unknown effect that turns out to be %s", async ([end, totals]) => {
    const acme = someCompany();
    const { permit } = await decideAsking(pool, acme.step("deal"), [askOf()]);
    await acted(pool, permit, "unknown");
    const settled =
      end === "done"
        ? ({ state: end, receipt: { externalRef: "Q", answeredAt: AT } } as const)
        : ({ state: end, detail: "" } as const);
    await settleEffect(pool, permit, settled, AT);
    await settleEffect(pool, permit, settled, AT);
    expect(await totalsOf(pool, acme.name)).toEqual(totals);
  });

  test("an escalation within the cap holds its room until it is denied", async () => {
    const acme = someCompany();
    const ends = {
      rejected: async (names: Names, id: string) => void (await answered(pool, names, id, "reject")),
      superseded: async (names: Names, id: string) => {
        const escalationId = await open(names, id);
        await supersedeEscalation(pool, { company: acme.name, escalationId, at: AT }, "newer");
      },
      expired: async (names: Names, id: string) => {
        const escalationId = await open(names, id);
        for (const [level, at] of ["2100-01-01T00:00:00.000Z", "2200-01-01T00:00:00.000Z"].entries()) {
          await raiseEscalation(pool, { company: acme.name, escalationId, at }, level);
        }
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      const names = acme.step(name);
      const { decisionId } = await decideAsking(pool, names, [askOf()], { verdict: "escalate", route });
      expect(await totalsOf(pool, acme.name)).toEqual([0, 10]);
      await end(names, decisionId);
      expect(await totalsOf(pool, acme.name)).toEqual([0, 0]);
    }
  });

  test.for([
    ["a block", { verdict: "block" }],
    ["a decision in shadow", { withheld: true }],
  ] as const)("%s holds nothing", async ([, changed]) => {
    const acme = someCompany();
    const mode = { mode: "shadow", release: "", canary: null, params: [], candidate: null, obligations: [] } as const;
    const limit = { id: "cap", account: "acc", window: QUARTER, used: 0, reserved: 0, asked: 10, cap: 90 };
    const details = { ...mode, limits: [{ ...limit, admitted: true, warned: false }] };
    await decideAsking(pool, acme.step("deal"), [askOf()], "verdict" in changed ? changed : { ...changed, details });
    expect(await totalsOf(pool, acme.name)).toEqual([0, 0]);
    expect(await reservationsOf(pool, acme.name)).toEqual([]);
  });

  test("a case that ends without an effect gives its room back", async () => {
    const acme = someCompany();
    await decideAsking(pool, acme.step("deal"), [askOf()]);
    await caseEnds(pool, acme.step("deal"));
    expect(await totalsOf(pool, acme.name)).toEqual([0, 0]);
  });

  test("what happened counts, even when its room was given back before", async () => {
    const acme = someCompany();
    const { permit } = await decideAsking(pool, acme.step("deal"), [askOf()]);
    await caseEnds(pool, acme.step("deal"));
    await acted(pool, permit, "done");
    expect(await totalsOf(pool, acme.name)).toEqual([10, 0]);
    expect(await unequalAccounts(pool, acme.name)).toEqual([]);
  });

  test("a reservation is never taken back, changed or deleted", async () => {
    const acme = someCompany();
    const { permit } = await decideAsking(pool, acme.step("deal"), [askOf()]);
    await acted(pool, permit, "done");
    for (const statement of [
      "update account_entry set kind = 'release' where company = $1 and kind = 'posting'",
      "update account_entry set amount = 0 where company = $1",
      "insert into account_entry (company, cause, account, window_from, kind, amount) select company, cause, account, window_from, 'release', amount from account_entry where company = $1 and kind = 'posting'",
      "delete from account_entry where company = $1",
      "delete from account where company = $1",
    ]) {
      await expect(pool.query(statement, [acme.name])).rejects.toMatchObject({ code: "42501" });
    }
  });
});

test("reading locks and holds nothing", async () => {
  const acme = someCompany();
  const names = acme.step("deal");
  await decideAsking(pool, acme.step("other"), [askOf()]);
  const asked = {
    ...names,
    policyId: "quoting",
    gate: 1,
    decisionId: "dec_none",
    at: AT,
    asks: [askOf(), askOf({ window: null })],
  };
  await inTransaction(pool, async (client) => {
    await client.query("select 1 from account where company = $1 for update", [acme.name]);
    expect(await readLimits(pool, asked)).toEqual([
      { window: QUARTER, deposited: 0, used: 0, reserved: 10 },
      { window: null, deposited: 0, used: 0, reserved: 0 },
    ]);
  });
  expect(await totalsOf(pool, acme.name)).toEqual([0, 10]);
});
