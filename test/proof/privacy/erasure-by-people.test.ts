import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askErasure, confirmErasure, readAskedErasures } from "../../../proof/privacy/erasure.ts";
import type { SubjectName } from "../../../proof/privacy/scope.ts";
import { readRecords, type LedgerPool } from "../../../audit/records.ts";
import { DEFAULT_RETENTION_DAYS } from "../../../proof/privacy/retention.ts";
import { setControl } from "../../../audit/ledgers/controls.ts";
import { STOPPED } from "../../../domain/control.ts";
import { tracesOf } from "../../../proof/privacy/traces.ts";
import { setHold } from "../../../proof/privacy/holds.ts";
import { givenAlias, givenPerson } from "../../fixtures/people.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eraseSubject, ola, omar } from "./erased.ts";
import { plantCase, tablesWith } from "./planted.ts";

let database: TestDatabase;
/** The company's own login, as the gateway has it. */
let acme: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
});
afterAll(() => database.drop());

const ground = "consent-withdrawn";

const erase = (subject: SubjectName) => eraseSubject(acme, subject);

describe("erasing a person", () => {
  test("leaves their name and words in no table, and their part of the records unreadable", async () => {
    const person = "canary-zoe";
    const { caseId } = await plantCase(database.pool, "zoe", "approved", { canary: "zoe-said-this", approver: person });
    await plantCase(database.pool, "zoe-asks", "rejected", { canary: "x", requester: person });
    await database.pool.query(
      "insert into person (company, person_id, name, role, token_sha256) values ('acme', $1, 'Zoe Canary', 'seller', 'z')",
      [person],
    );
    const stop = { name: "switch/company", cap: STOPPED, by: person, role: "seller", reason: "zoe-stops" } as const;
    await setControl(database.pool, { company: "acme", ...stop, at: "2026-03-02T08:00:00.000Z" });
    const { recordKey, subjectId } = await erase(`person:${person}`);
    for (const word of [person, "Zoe Canary", "zoe-stops", "said zoe-said-this"]) {
      expect(await tablesWith(database.pool, word), word).toEqual([]);
    }
    const approval = (await readRecords(database.pool, "acme", caseId)).records.find(({ kind }) => kind === "approval");
    expect(approval).toMatchObject({ erased: recordKey, body: { verdict: "approve" } });
    expect(approval?.body).not.toHaveProperty("personId");
    const { rows } = await database.pool.query("select 1 from approval where person_id = $1", [subjectId]);
    expect(rows).toHaveLength(1);
  });

  test("names the other cases that still bear their id, and the day when the last of them is erased", async () => {
    const person = "traced-tom";
    await plantCase(database.pool, "tom", "approved", { canary: "x", approver: person });
    const { caseId } = await plantCase(database.pool, "about-tom", "executed", { canary: `asked by ${person}, again` });
    await plantCase(database.pool, "another", "executed", { canary: `${person}asson` });
    await givenCheckpoint(database.pool, "acme");
    const { traces } = await erase(`person:${person}`);
    expect(traces).toMatchObject({ cases: [caseId], all: true });
    expect(traces?.records).toBeGreaterThan(0);
    const left = Date.parse(traces?.until ?? "") - Date.now();
    expect(Math.round(left / 86_400_000)).toBe(DEFAULT_RETENTION_DAYS);
    await erase(`case:${caseId}`);
    expect(
      await tracesOf(acme, { company: "acme", words: [{ text: person, is: "word" }], patienceMs: 60_000 }),
    ).toEqual({
      records: 0,
      cases: [],
      until: null,
      all: true,
    });
    expect(
      await tracesOf(acme, { company: "acme", words: [{ text: person, is: "word" }], patienceMs: -1 }),
    ).toMatchObject({ all: false });
  });

  describe("whom systems know by other names", () => {
    const names = { mail: "wanda.canary@x.example", name: "Wanda Canary", ownerId: "77001122" };

    /** Somebody with a name of each kind, under which a case of theirs executes: nobody has to look up who asks. */
    async function givenKnown(personId: string, { mail, name, ownerId }: typeof names) {
      await givenPerson(database.pool, "acme", { personId, name, role: "requester" });
      for (const alias of [
        { kind: "mail", text: mail },
        { kind: "owner-id", text: ownerId },
      ] as const) {
        expect(await givenAlias(database.pool, "acme", personId, alias)).toMatchObject({ kind: "changed" });
      }
      const written = [mail.replace("wanda", "Wanda"), name, ownerId];
      const planted = written.map((requester, n) =>
        plantCase(database.pool, `asked-${ownerId.slice(0, 2)}-${n}`, "executed", { canary: "x", requester }),
      );
      return (await Promise.all(planted)).map(({ caseId }) => caseId);
    }

    test("leaves none of these in any table, nor what was sealed under them readable", async () => {
      const cases = await givenKnown("known-wanda", names);
      const before = await readRecords(database.pool, "acme", cases[0] ?? "");
      expect(before.records.find(({ kind }) => kind === "decision")?.body["requestedBy"]).toBe(
        "Wanda.canary@x.example",
      );
      const { records } = await erase("person:known-wanda");
      expect(records).toBeGreaterThanOrEqual(cases.length);
      for (const word of ["known-wanda", names.mail, "Wanda.canary", names.name, names.ownerId]) {
        expect(await tablesWith(database.pool, word), word).toEqual([]);
      }
      for (const caseId of cases) {
        const { records: left, intact } = await readRecords(database.pool, "acme", caseId);
        const decision = left.find(({ kind }) => kind === "decision");
        expect([intact, decision?.body["requestedBy"], typeof decision?.erased]).toEqual([true, undefined, "string"]);
      }
      const { rows } = await database.pool.query("select 1 from person_alias where person_id = 'known-wanda'");
      expect(rows).toEqual([]);
    });

    test("names the cases whose evidence bears one of these, whole", async () => {
      const other = { mail: "theo@x.example", name: "Theo Trace", ownerId: "88002233" };
      await givenKnown("known-theo", other);
      const about = ["from Theo@X.example", "Trace, Theo said so", other.ownerId];
      const bearing = about.map((canary, n) => plantCase(database.pool, `bears-${n}`, "executed", { canary }));
      const not = ["from atheo@x.example", `${other.ownerId}.50`, "theodor traced it"];
      await Promise.all(not.map((canary, n) => plantCase(database.pool, `bears-not-${n}`, "executed", { canary })));
      const cases = (await Promise.all(bearing)).map(({ caseId }) => caseId);
      await givenCheckpoint(database.pool, "acme");
      const { traces } = await erase("person:known-theo");
      expect(traces).toMatchObject({ cases: expect.arrayContaining(cases) as string[], all: true });
      expect(traces?.cases.filter((caseId) => caseId.includes("bears-not"))).toEqual([]);
      expect(Date.parse(traces?.until ?? "")).toBeGreaterThan(Date.now());
    });

    test("keeps what a name says that is somebody else's too", async () => {
      for (const personId of ["first-kim", "second-kim"]) {
        await givenPerson(database.pool, "acme", { personId, name: "Alex Kim", role: "requester" });
      }
      const { caseId } = await plantCase(database.pool, "kim", "executed", { canary: "x", requester: "Alex Kim" });
      await erase("person:first-kim");
      const { records } = await readRecords(database.pool, "acme", caseId);
      expect(records.find(({ kind }) => kind === "decision")?.body["requestedBy"]).toBe("Alex Kim");
      await erase("person:second-kim");
      expect(await tablesWith(database.pool, "Alex Kim")).toEqual([]);
    });

    test("waits for a hold on a case that they asked for under one of these", async () => {
      const held = { mail: "hetty@x.example", name: "Hetty Held", ownerId: "99003344" };
      const [caseId = ""] = await givenKnown("known-hetty", held);
      const hold = await setHold(acme, ola, { scope: `case:${caseId}`, reason: "claim" });
      expect(hold).toMatchObject({ setBy: "ola" });
      const ask = { subject: "person:known-hetty", ground, reason: "left" } as const;
      expect(await askErasure(acme, ola, ask)).toMatchObject({ code: "on-hold" });
    });
  });

  test("says how many signed policy changes keep their id", async () => {
    const person = "signer-uma";
    await plantCase(database.pool, "uma", "approved", { canary: "x", approver: person });
    await database.pool.query(
      `insert into autonomy_mode (company, n, policy_id, mode, in_force, person_id, role, reason, at)
       values ('acme', 1, 'quoting', 'off', true, $1, 'ops-engineer', 'so', now())`,
      [person],
    );
    const ask = { subject: `person:${person}`, ground, reason: "left" } as const;
    expect(await askErasure(acme, ola, ask)).toMatchObject({ kind: "asked", signatures: 1 });
    await erase(`person:${person}`);
    expect(await tablesWith(database.pool, person)).toEqual(["autonomy_mode"]);
  });

  test("waits while a question they asked or answered is open", async () => {
    await plantCase(database.pool, "asks", "open", { canary: "x", requester: "asking-pia" });
    const ask = { subject: "person:asking-pia", ground, reason: "left" } as const;
    expect(await askErasure(acme, ola, ask)).toMatchObject({ code: "still-open" });
  });
});

describe("two people", () => {
  test("are needed: nothing is erased before the second, who is not the first", async () => {
    const { caseId } = await plantCase(database.pool, "two", "executed", { canary: "two-words" });
    const ask = { subject: `case:${caseId}`, ground, reason: "asked for" } as const;
    const asked = await askErasure(acme, ola, ask);
    if (asked.kind !== "asked") throw new Error(asked.detail);
    const { erasureId } = asked.erasure;
    expect(await askErasure(acme, omar, ask)).toMatchObject({ erasure: { erasureId, askedBy: "ola" } });
    expect(await readAskedErasures(acme, "acme")).toContainEqual(expect.objectContaining(asked.erasure));
    expect(await confirmErasure(acme, ola, erasureId)).toMatchObject({ code: "own-request" });
    expect(await tablesWith(database.pool, "two-words")).not.toEqual([]);
    expect(await confirmErasure(acme, omar, erasureId)).toMatchObject({ kind: "erased" });
    expect(await confirmErasure(acme, omar, erasureId)).toMatchObject({ code: "not-found" });
    expect((await readAskedErasures(acme, "acme")).map((known) => known.erasureId)).not.toContain(erasureId);
  });

  test("who confirm at once carry it out once", async () => {
    const { caseId } = await plantCase(database.pool, "race", "executed", { canary: "x" });
    const asked = await askErasure(acme, ola, { subject: `case:${caseId}`, ground, reason: "so" });
    if (asked.kind !== "asked") throw new Error(asked.detail);
    const both = [omar, { ...omar, personId: "olga" }];
    const ends = await Promise.all(both.map((who) => confirmErasure(acme, who, asked.erasure.erasureId)));
    expect(ends.map(({ kind }) => kind).toSorted()).toEqual(["erased", "refused"]);
  });

  test("are not whom it is about", async () => {
    const subject = "person:omar" as const;
    expect(await askErasure(acme, omar, { subject, ground, reason: "me" })).toMatchObject({ code: "own-request" });
    const asked = await askErasure(acme, ola, { subject, ground, reason: "left" });
    if (asked.kind !== "asked") throw new Error(asked.detail);
    expect(await confirmErasure(acme, omar, asked.erasure.erasureId)).toMatchObject({ code: "own-request" });
  });

  test("cannot erase what nobody knows", async () => {
    const subject = "case:acme:quoting:nothing" as const;
    expect(await askErasure(acme, ola, { subject, ground, reason: "?" })).toMatchObject({ code: "not-found" });
  });
});
