import { afterAll, beforeAll, expect, test } from "vitest";
import type { Asked } from "../../deciding/service.ts";
import { decideService } from "../fixtures/decide.ts";
import { shippingPolicy } from "../fixtures/foreign-policy.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

/** Room for nine shipments of ten hours. */
const limits = `limits:
  - { id: hours-in-all, sum: hours, per: [], window: ever, cap: 90, over: escalate }
`;
const limited = shippingPolicy(48, 200, limits);
let policy = limited;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const asked = (key: string, hours = 10): Asked => ({
  caller: "sam",
  key,
  policy: "shipping",
  facts: { hours, worth: 1, isCleared: true },
  action: null,
  ref: key,
  requestedBy: "sam",
});

async function account() {
  const { rows } = await database.pool.query<{ used: number; reserved: number }>("select used, reserved from account");
  return rows[0];
}

test("of ten at once nine find room; what fails gives its room back, what is done keeps it", async () => {
  const service = decideService(database.pool, () => policy);
  const keys = Array.from({ length: 10 }, (_, index) => `limit-${index}`);
  const answers = await Promise.all(keys.map((key) => service.decide(asked(key))));
  const decisions = answers.flatMap((answer) => (answer.kind === "decided" ? [answer.decision] : []));
  expect(decisions.map(({ verdict }) => verdict).toSorted()).toEqual(["escalate", ...Array(9).fill("execute")]);
  expect(await account()).toEqual({ used: 0, reserved: 90 });

  const [first, second] = decisions.filter(({ permitId }) => permitId !== null).map(({ decisionId }) => decisionId);
  await service.settle("sam", first ?? "", { state: "done" });
  await service.settle("sam", second ?? "", { state: "failed", detail: "no truck" });
  expect(await account()).toEqual({ used: 10, reserved: 70 });
  const again = await service.decide(asked("limit-again"));
  expect(again).toMatchObject({ decision: { verdict: "execute", details: { limits: [{ used: 10, reserved: 70 }] } } });
});

test("a key that is sent again, with the same request or another, moves no account", async () => {
  const service = decideService(database.pool, () => policy);
  policy = shippingPolicy();
  await service.decide(asked("before-limits"));
  policy = limited;
  const before = await account();
  expect(await service.decide(asked("before-limits"))).toMatchObject({ kind: "decided" });
  expect(await service.decide(asked("limit-again"))).toMatchObject({ kind: "decided" });
  expect(await service.decide(asked("limit-again", 1))).toEqual({ kind: "key-reused" });
  expect(await account()).toEqual(before);
  const entered = "select count(*)::int as count from account_entry where kind = 'reservation'";
  expect((await database.pool.query(entered)).rows).toEqual([{ count: 10 }]);
});

test("after one of two at once a cool-down lets no other through until its days are over, to the millisecond", async () => {
  const rested = shippingPolicy(48, 200, "limits:\n  - { id: rest, cooldown: 14d, per: [], over: escalate }\n");
  let at = "2026-03-20T10:00:00.000Z";
  const service = decideService(
    database.pool,
    () => rested,
    () => at,
  );
  const decided = async (key: string) => {
    const answer = await service.decide(asked(key));
    if (answer.kind === "decided" && answer.decision.permitId !== null) {
      await service.settle("sam", answer.decision.decisionId, { state: "done" });
    }
    return answer.kind === "decided"
      ? [answer.decision.verdict, answer.decision.rules.map(({ id }) => id)]
      : [answer.kind];
  };
  const [one, other] = await Promise.all([decided("rest-1"), decided("rest-2")]);
  expect([one, other].map(([verdict]) => String(verdict)).toSorted()).toEqual(["escalate", "execute"]);
  // Clocks are put forward within these days in many zones; a day is 24 hours.
  at = "2026-04-03T09:59:59.999Z";
  expect(await decided("rest-3")).toEqual(["escalate", ["rest", "short-road"]]);
  at = "2026-04-03T10:00:00.000Z";
  expect(await decided("rest-4")).toEqual(["execute", ["short-road"]]);
  expect(await decided("rest-5")).toEqual(["escalate", ["rest", "short-road"]]);
});
