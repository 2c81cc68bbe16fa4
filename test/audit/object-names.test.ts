import fc from "fast-check";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nameObject, ownIdOf } from "../../audit/object-names.ts";
import { isObjectName, isTelling } from "../../domain/object-name.ts";
import { argsForTarget, readerOfNamed, type ObjectNames } from "../../tools/own-ids.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { eraseSubject } from "../proof/privacy/erased.ts";
import { appendRecord } from "../../audit/records.ts";
import { givenAlias, givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool & Pool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

const ANA = { system: "crm", type: "contact", id: "ana@example.com" };

describe("what an object is called here", () => {
  test("is its own id, where that tells nothing of anybody", async () => {
    for (const id of ["1001", "Q-7_b", "0065e00000AbCdEAAZ", "evt:1~2"]) {
      expect(await nameObject(pool, "acme", { ...ANA, id })).toBe(id);
    }
    expect(["ana@example.com", "example.com", "Ärzte", "o'neil", "a/b"].filter((id) => !isTelling(id))).toEqual([]);
  });

  test("is a keyed digest for every other id: one per object and company, and it leads back to the id", async () => {
    const seen = new Map<string, string>();
    const telling = fc
      .string({ minLength: 1, unit: "grapheme" })
      .filter((id) => isTelling(id) && id.isWellFormed() && !id.includes("\0"));
    await fc.assert(
      fc.asyncProperty(telling, fc.constantFrom("acme", "globex"), async (id, company) => {
        const name = await nameObject(pool, company, { ...ANA, id });
        expect(isObjectName(name) && !isTelling(name)).toBe(true);
        expect(await nameObject(pool, company, { ...ANA, id })).toBe(name);
        expect(await ownIdOf(pool, company, name)).toBe(id);
        expect(seen.get(name) ?? `${company} ${id}`).toBe(`${company} ${id}`);
        seen.set(name, `${company} ${id}`);
      }),
      { numRuns: 60 },
    );
    const ofOthers = await Promise.all(
      [ANA, { ...ANA, system: "erp" }, { ...ANA, type: "deal" }].map((one) => nameObject(pool, "acme", one)),
    );
    expect(new Set(ofOthers).size).toBe(3);
  });

  test("leads nowhere once its case, or the person whom it names, was erased", async () => {
    const name = await nameObject(pool, "acme", ANA);
    const caseId = `acme:quoting:crm-contact-${name}`;
    const at = "2026-03-02T09:00:00.000Z";
    await appendRecord(pool, { company: "acme", caseId, kind: "policy", key: "e/1", at, body: { a: 1 } });
    await eraseSubject(pool, `case:${caseId}`);
    expect(await ownIdOf(pool, "acme", name)).toBeUndefined();

    await givenPerson(pool, "acme", { personId: "ana", name: "Ana", role: "requester" });
    await givenAlias(pool, "acme", "ana", { kind: "mail", text: "Ana.B@example.com" });
    const named = await nameObject(pool, "acme", { ...ANA, id: "ana.b@Example.com" });
    await eraseSubject(pool, "person:ana");
    expect(await ownIdOf(pool, "acme", named)).toBeUndefined();
  });
});

describe("a system that calls its objects so", () => {
  const known = new Map<string, string>();
  const names: ObjectNames = {
    nameOf: (company, object) => nameObject(pool, company, object),
    idOf: (company, name) => ownIdOf(pool, company, name),
  };
  const ids = ["a-1", "b@example.com", "c@example.com"];
  const reader = readerOfNamed(
    "crm",
    {
      readRecord: (_company, type, id) => {
        known.set(id, type);
        const source = {
          source: "crm.record",
          ref: `${type}/${id}`,
          version: "1",
          observedAt: "2026-03-02T09:00:00.000Z",
        };
        return Promise.resolve({ source, value: {} });
      },
      listRecords: (_company, _type, after, limit) => Promise.resolve(ids.filter((id) => id > after).slice(0, limit)),
    },
    names,
  );

  test("is listed page by page by their names here, and read by their own ids", async () => {
    const listed: string[] = [];
    for (let after = ""; ; after = listed.at(-1) ?? "") {
      const page = await reader.listRecords("acme", "contact", after, 1);
      if (page.length === 0) break;
      listed.push(...page);
    }
    expect(listed.map((name) => isObjectName(name))).toEqual([false, true, true]);
    for (const name of listed) await reader.readRecord("acme", "contact", name);
    expect([...known.keys()]).toEqual(ids);
    expect(await reader.readRecord("acme", "contact", `own-${"0".repeat(40)}`)).toBeUndefined();
  });

  test("is written to under their own ids, and not at all once that is erased", async () => {
    const name = await nameObject(pool, "acme", { system: "crm", type: "contact", id: "b@example.com" });
    const told = (args: JsonObject) => argsForTarget(names, "acme", args);
    expect(await told({ objectId: name, text: "x" })).toEqual({ objectId: "b@example.com", text: "x" });
    expect(await told({ objectId: "1001" })).toEqual({ objectId: "1001" });
    expect(await told({ quoteId: name })).toEqual({ quoteId: name });
    await expect(told({ objectId: `own-${"0".repeat(40)}` })).rejects.toMatchObject({ code: "TARGET_REFUSED" });
  });
});
