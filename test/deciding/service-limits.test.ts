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
