import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPerson, whoIs } from "../../audit/ledgers/directory.ts";
import {
  answerPeopleChange,
  askPeopleChange,
  waitingChanges,
  type PeopleChange,
} from "../../audit/ledgers/people-changes.ts";
import { readRecords, type LedgerPool } from "../../audit/records.ts";
import { ADMINS, changed, givenAdmins, givenAlias, givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const company = "acme";
const at = "2026-03-02T09:00:00.000Z";
const REFUSED = { code: "42501" };
let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf(company);
  await givenAdmins(pool, company);
  await givenPerson(pool, company, { personId: "dana", name: "Dana Lee", role: "partner-manager" }, "token-dana");
  await givenPerson(pool, company, { personId: "sam", name: "Sam", role: "seller" }, "token-sam");
});
afterAll(() => database.drop());

const ask = (by: string, change: PeopleChange, token?: string) =>
  askPeopleChange(pool, { company, by, at, change, reason: "as agreed", token });
const answer = (by: string, changeId: string, given: "second" | "drop" = "second") =>
  answerPeopleChange(pool, { company, by, at, changeId, answer: given });
async function waits(change: PeopleChange, token?: string): Promise<string> {
  const asked = await ask(ADMINS.asks, change, token);
  expect(asked).toMatchObject({ kind: "changed", state: "waiting" });
  return asked.kind === "changed" ? asked.changeId : "";
}
const roleOf = async (personId: string) => (await readPerson(pool, company, personId))?.role;

describe("a company's login", () => {
  test.for([
    "insert into person (company, person_id, name, role) values ('acme', 'eve', 'Eve', 'admin')",
    "update person set role = 'admin' where person_id = 'sam'",
    "update person set token_sha256 = 'x' where person_id = 'dana'",
    "insert into person_alias (company, system, kind, alias, person_id) values ('acme', 'crm', 'mail', 'dana@x.example', 'sam')",
    "delete from person_alias",
    "update person_change set state = 'done'",
    `select make_people_change(row('acme', 'c', 'role', 'sam', '{"role": "admin"}', 'done', 'sam', '', now(), null, null, 'k')::person_change, now())`,
  ])("cannot `%s`", async (statement) => {
    await expect(pool.query(statement)).rejects.toMatchObject(REFUSED);
  });

  test("makes no first admins", async () => {
    const first = { company, step: "first", changeId: "pch_1", by: "set-up", at, people: [] };
    await expect(pool.query("select change_people($1)", [JSON.stringify(first)])).rejects.toThrow("OWNER_ONLY");
  });

  test("changes nobody in another company", async () => {
    const other = { company: "globex", step: "ask", by: "admin-ana", change: "revoke", person: "dana", detail: {} };
    await expect(pool.query("select change_people($1)", [JSON.stringify(other)])).rejects.toThrow("OTHER_COMPANY");
  });

  test("changes nobody without a record that tells of that very change, by who asks for it", async () => {
    const { records } = await readRecords(pool, company, `${company}:people`);
    const before = await readPerson(pool, company, "dana");
    const forged = {
      company,
      step: "ask",
      changeId: "pch_forged",
      by: ADMINS.asks,
      at,
      change: "revoke",
      person: "dana",
      detail: {},
      reason: "no",
      caseId: `${company}:people`,
      recordKey: records[0]?.key,
      canonical: JSON.stringify({
        head: "{",
        middle: "",
        tail: "}",
        parents: [],
        log: company,
        urgent: false,
        bodies: [],
        blobs: [],
      }),
    };
    const forge = (more: object) => pool.query("select change_people($1)", [JSON.stringify({ ...forged, ...more })]);
    await expect(forge({})).rejects.toThrow(/AUDIT_CONFLICT|NO_RECORD/);
    await expect(forge({ recordKey: "a fresh key" })).rejects.toThrow(/json|NO_RECORD/);
    expect(await readPerson(pool, company, "dana")).toEqual(before);
  });
});

describe("what widens takes a second admin", () => {
  test.for<readonly [string, PeopleChange, string | undefined]>([
    ["a new person", { change: "add", personId: "rob", name: "Rob", role: "partner-manager" }, "token-rob"],
    [
      "somebody who only asks: their name counts from then on",
      { change: "add", personId: "ulf", name: "Ulf", role: "requester" },
      undefined,
    ],
    ["a more senior role", { change: "role", personId: "dana", role: "regional-director" }, undefined],
    ["a role that does other things", { change: "role", personId: "dana", role: "ops-engineer" }, undefined],
    [
      "a new alias",
      { change: "add-alias", personId: "dana", aliases: [{ system: "crm", kind: "owner-id", alias: "77" }] },
      undefined,
    ],
    ["another's token", { change: "token", personId: "dana" }, "token-of-another"],
  ])("%s", async ([, change, token]) => {
    const before = await readPerson(pool, company, change.personId);
    const changeId = await waits(change, token);
    expect(await readPerson(pool, company, change.personId)).toEqual(before);
    expect(await ask(ADMINS.asks, change, token)).toEqual({ kind: "refused", code: "asked-already" });
    expect(await answer(ADMINS.asks, changeId)).toEqual({ kind: "refused", code: "own-request" });
    expect(await answer("dana", changeId)).toEqual({ kind: "refused", code: "wrong-role" });
    expect(await answer(ADMINS.seconds, changeId, "drop")).toMatchObject({ state: "dropped" });
    expect(await answer(ADMINS.seconds, changeId)).toEqual({ kind: "refused", code: "already-decided" });
    expect(await readPerson(pool, company, change.personId)).toEqual(before);
  });

  test("and holds once seconded", async () => {
    const changeId = await waits({ change: "role", personId: "sam", role: "partner-manager" });
    expect(await answer(ADMINS.seconds, changeId)).toMatchObject({ state: "done" });
    expect(await roleOf("sam")).toBe("partner-manager");
  });

  test("but not once its asker was revoked meanwhile", async () => {
    await givenPerson(pool, company, { personId: "cat", name: "Cat", role: "admin" });
    const asked = await ask("cat", { change: "role", personId: "dana", role: "admin" });
    await ask(ADMINS.asks, { change: "revoke", personId: "cat" });
    const changeId = asked.kind === "changed" ? asked.changeId : "";
    expect(await answer(ADMINS.seconds, changeId)).toEqual({ kind: "refused", code: "not-known" });
    expect(await answer(ADMINS.seconds, changeId, "drop")).toMatchObject({ state: "dropped" });
  });
});

describe("what narrows holds at once", () => {
  test("a lower role", async () => {
    expect(await ask(ADMINS.asks, { change: "role", personId: "sam", role: "seller" })).toMatchObject({
      state: "done",
    });
    expect(await roleOf("sam")).toBe("seller");
  });

  test("one's own token: the old one opens nothing any more", async () => {
    expect(await ask("dana", { change: "token", personId: "dana" }, "fresh")).toMatchObject({ state: "done" });
    const { rows } = await pool.query(
      "select person_id from person where token_sha256 = encode(sha256('token-dana'), 'hex')",
    );
    expect(rows).toEqual([]);
  });

  test("an alias that is taken off somebody, and a revoked person: nobody is known by it", async () => {
    await givenPerson(pool, company, { personId: "kit", name: "Kit", role: "seller" });
    const alias = { system: "crm", kind: "mail", alias: "kit@x.example" } as const;
    await givenAlias(pool, company, "kit", { kind: "mail", text: "Kit@X.example" });
    expect(await whoIs(pool, company, "crm", "kit@x.example")).toBe("kit");
    expect(await ask(ADMINS.asks, { change: "remove-alias", personId: "kit", aliases: [alias] })).toMatchObject({
      state: "done",
    });
    expect(await whoIs(pool, company, "crm", "kit@x.example")).toBeUndefined();
    expect(await whoIs(pool, company, "crm", "kit")).toBe("kit");
    expect(await ask(ADMINS.asks, { change: "revoke", personId: "kit" })).toMatchObject({ state: "done" });
    expect(await whoIs(pool, company, "crm", "kit")).toBeUndefined();
    expect(await readPerson(pool, company, "kit")).toMatchObject({ hasToken: false, revokedAt: at });
  });
});

test.for<readonly [string, string, PeopleChange, string]>([
  ["who is no admin", "dana", { change: "role", personId: "sam", role: "requester" }, "wrong-role"],
  ["whom nobody knows", "nobody", { change: "revoke", personId: "sam" }, "not-known"],
  ["another's token by who is no admin", "dana", { change: "token", personId: "sam" }, "wrong-role"],
  ["somebody known", ADMINS.asks, { change: "add", personId: "sam", name: "S", role: "seller" }, "already-there"],
  [
    "the id of somebody in other letters",
    ADMINS.asks,
    { change: "add", personId: "SAM", name: "S", role: "seller" },
    "alias-taken",
  ],
  ["nobody", ADMINS.asks, { change: "revoke", personId: "nobody" }, "not-found"],
  [
    "their own id",
    ADMINS.asks,
    { change: "remove-alias", personId: "sam", aliases: [{ system: "own", kind: "user-id", alias: "sam" }] },
    "own-id",
  ],
  ["nothing new", ADMINS.asks, { change: "role", personId: "sam", role: "seller" }, "unchanged"],
])("is refused: %s", async ([, by, change, code]) => {
  expect(await ask(by, change)).toEqual({ kind: "refused", code });
});

test("a mail address is one person's in a system; a name may be two people's, and is then nobody's", async () => {
  await givenAlias(pool, company, "dana", { kind: "mail", text: "dana@x.example" });
  const alias = [{ system: "crm", kind: "mail", alias: "dana@x.example" }] as const;
  expect(await changed(pool, company, { change: "add-alias", personId: "sam", aliases: alias })).toEqual({
    kind: "refused",
    code: "alias-taken",
  });
  expect(await whoIs(pool, company, "crm", "Dana Lee")).toBe("dana");
  await givenAlias(pool, company, "sam", { kind: "name", text: "Lee, Dana" });
  expect(await whoIs(pool, company, "crm", "Dana Lee")).toBeUndefined();
});

test("every change is recorded under who asked for it, and names nobody in the open", async () => {
  const { records, intact } = await readRecords(pool, company, `${company}:people`);
  expect(intact).toBe(true);
  const seconded = records.filter(({ body }) => body["change"] === "second");
  expect(seconded.length).toBeGreaterThan(0);
  expect(seconded.every(({ body }) => body["person"] === ADMINS.seconds)).toBe(true);
  const { rows } = await database.pool.query<{ text: string }>(
    "select string_agg(r.envelope, '') as text from audit_record r where r.kind = 'people'",
  );
  for (const name of ["Dana", "dana", "kit@", "sam", "admin-ana"]) expect(rows[0]?.text).not.toContain(name);
  expect(await waitingChanges(pool, company, { limit: 9 })).toEqual([]);
});
