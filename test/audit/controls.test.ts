import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAgentStop, readControls, setControl, type AskedControl } from "../../audit/ledgers/controls.ts";
import { readRecord, type LedgerPool } from "../../audit/records.ts";
import { STOPPED, type ControlName } from "../../domain/control.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const AT = "2026-03-02T09:00:00.000Z";
let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  for (const personId of ["ola", "lee"]) {
    await givenPerson(pool, "acme", { personId, name: personId, role: "ops-engineer" });
  }
});
afterAll(() => database.drop());

const asked = (by: string, name: ControlName, cap: number | null): AskedControl => {
  return { company: "acme", name, cap, by, role: "ops-engineer", reason: `${by} says so`, at: AT };
};
const set = (by: string, name: ControlName, cap: number | null) => setControl(pool, asked(by, name, cap));
const done = { kind: "taken", state: "done" };
const waiting = { kind: "taken", state: "waiting" };
const refused = (code: string) => ({ kind: "refused", code });

test("one person narrows, two widen, and what waits is dropped by what narrows meanwhile", async () => {
  const name = "budget/company/tokens" as const;
  expect(await set("ola", name, 100)).toEqual(done);
  expect(await set("ola", name, 100)).toEqual(refused("unchanged"));
  expect(await set("ola", name, 200)).toEqual(waiting);
  expect(await set("ola", name, 200)).toEqual(refused("own-request"));
  expect(await set("lee", name, 300), "another cap is another request").toEqual(waiting);
  expect(await set("ola", name, 300)).toEqual(done);
  expect(await set("ola", name, null)).toEqual(waiting);
  expect(await set("lee", name, 50)).toEqual(done);
  expect(await set("lee", name, null), "the request before is none any more").toEqual(waiting);
  expect(await readControls(pool, "acme")).toEqual([
    {
      name,
      cap: 50,
      set: { person: "lee", role: "ops-engineer", reason: "lee says so", at: AT },
      waiting: { cap: null, person: "lee", role: "ops-engineer", reason: "lee says so", at: AT },
    },
  ]);
  expect(await readRecord(pool, "acme", "acme:policies/control/1")).toMatchObject({
    kind: "policy",
    body: { change: "control", control: name, cap: 100, inForce: true, person: "ola", reason: "ola says so" },
  });
});

test("who is not known changes nothing", async () => {
  expect(await set("nobody", "switch/company", STOPPED)).toEqual(refused("not-known"));
});

describe("the database refuses, whoever asks", () => {
  const insert = (name: string, cap: number | null, inForce: boolean, recordKey = "acme:policies/control/1") =>
    pool.query(
      `insert into control (company, n, name, cap, in_force, person_id, role, reason, at, record_key)
       values ('acme', (select 1 + coalesce(max(n), 0) from control where company = 'acme'), $1, $2, $3, 'ola', 'r', 'r', $4, $5)`,
      [name, cap, inForce, AT, recordKey],
    );

  test.for([
    ["a wider cap in force by one person", "budget/company/tokens", 900, true, "NOT_SO"],
    ["a control that its record does not tell of", "switch/company", 0, true, "NO_RECORD"],
  ] as const)("%s", async ([, name, cap, inForce, why]) => {
    await expect(insert(name, cap, inForce)).rejects.toThrow(why);
  });

  test.for([
    ["a switch that is neither on nor off", "switch/company", 1],
    ["an agent's mode that there is not", "autonomy/agent/compliance", 3],
  ] as const)("%s", async ([, name, cap]) => {
    await expect(set("ola", name, cap)).rejects.toThrow("check constraint");
  });

  test("a change of what was said", async () => {
    await expect(pool.query("update control set cap = 1 where company = 'acme'")).rejects.toMatchObject({
      code: "42501",
    });
    await expect(pool.query("delete from control where company = 'acme'")).rejects.toMatchObject({ code: "42501" });
  });
});

test("an agent is kept from its next turn by its switch and by the mode off, and by no other mode", async () => {
  const stop = () => readAgentStop(pool, "acme", "compliance");
  expect(await stop()).toBeUndefined();
  await set("ola", "autonomy/agent/compliance", 1);
  expect(await stop()).toBeUndefined();
  await set("ola", "autonomy/agent/compliance", 0);
  expect(await stop()).toBe("autonomy/agent/compliance");
  await set("ola", "switch/agent/compliance", STOPPED);
  expect(await stop()).toBe("switch/agent/compliance");
  expect(await readAgentStop(pool, "acme", "orchestration")).toBeUndefined();
});
