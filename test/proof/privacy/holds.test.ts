import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askErasure, confirmErasure } from "../../../proof/privacy/erasure.ts";
import { readHolds, releaseHold, setHold, type LegalHold } from "../../../proof/privacy/holds.ts";
import type { HoldScope, SubjectName } from "../../../proof/privacy/scope.ts";
import { readRecords, type LedgerPool } from "../../../audit/records.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { ola, omar } from "./erased.ts";
import { plantCase, tablesWith } from "./planted.ts";

let database: TestDatabase;
/** The company's own login, as the gateway has it. */
let acme: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
});
afterAll(() => database.drop());

async function held(scope: HoldScope): Promise<LegalHold> {
  const hold = await setHold(acme, ola, { scope, reason: "claim 7" });
  if ("kind" in hold) throw new Error(hold.detail);
  return hold;
}

const release = (holdId: string) => releaseHold(acme, omar, { holdId, reason: "settled" });
const ask = (subject: SubjectName) => askErasure(acme, ola, { subject, ground: "objection", reason: "they object" });

const recorded = async () =>
  (await readRecords(database.pool, "acme", "acme:erasures")).records.filter(({ kind }) => kind === "hold");

describe("a hold", () => {
  test("is set once and released once, each with its record", async () => {
    const { caseId } = await plantCase(database.pool, "once", "executed", { canary: "x" });
    const { holdId } = await held(`case:${caseId}`);
    expect(await release(holdId)).toMatchObject({ holdId, released: { by: "omar", at: omar.at, reason: "settled" } });
    expect(await release(holdId)).toMatchObject({ code: "already-decided" });
    expect(await release("hld_none")).toMatchObject({ code: "not-found" });
    expect(await readHolds(acme, "acme")).toContainEqual(expect.objectContaining({ holdId, setBy: "ola" }));
    const [set, released] = (await recorded()).filter(({ body }) => body["holdId"] === holdId);
    expect(set?.body).toEqual({ change: "set", holdId, scope: `case:${caseId}`, person: "ola", reason: "claim 7" });
    expect(released).toMatchObject({ body: { change: "released", person: "omar" }, parents: [set?.digest] });
  });

  test.for([
    "update audit_hold set scope = 'company'",
    "update audit_hold set released_at = null, released_by = null, release_reason = null",
    "update audit_hold set released_by = 'other'",
    "delete from audit_hold",
    "truncate audit_hold",
  ])("cannot be changed otherwise: %s", async (statement) => {
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: "42501" });
  });

  test("names nobody in what is recorded for ever", async () => {
    await plantCase(database.pool, "named", "approved", { canary: "x", approver: "held-person-ida" });
    const { holdId } = await held("person:held-person-ida");
    const { rows } = await database.pool.query<{ envelope: string }>(
      "select r.envelope from audit_record r where key = $1",
      [`acme:erasures/${holdId}`],
    );
    expect(JSON.parse(rows[0]?.envelope ?? "")).toMatchObject({
      fields: { scope: expect.stringMatching(/^person:sub_/) as string },
    });
    await release(holdId);
  });

  test("is not set on what nobody knows", async () => {
    const unknown = { scope: "case:acme:quoting:typo", reason: "x" } as const;
    expect(await setHold(acme, ola, unknown)).toMatchObject({ code: "not-found" });
  });
});

describe("an erasure under a hold", () => {
  const on = {
    "the case": (caseId: string): HoldScope => `case:${caseId}`,
    "a person who took part in it": (): HoldScope => "person:dana",
    "the company": (): HoldScope => "company",
  };

  test.for(Object.entries(on))("on %s is refused, and the refusal is recorded", async ([name, scopeOf]) => {
    const place = name.replaceAll(" ", "-");
    const { caseId } = await plantCase(database.pool, place, "approved", { canary: `held-${place}` });
    const before = await ask(`case:${caseId}`);
    if (before.kind !== "asked") throw new Error(before.detail);
    const { holdId } = await held(scopeOf(caseId));
    const confirmed = await confirmErasure(acme, omar, before.erasure.erasureId);
    expect(confirmed).toMatchObject({ code: "on-hold", detail: expect.stringContaining(holdId) as string });
    expect(await ask(`case:${caseId}`)).toMatchObject({ code: "on-hold" });
    expect(await tablesWith(database.pool, `held-${place}`)).not.toEqual([]);
    const refusals = (await recorded()).filter(({ body }) => body["change"] === "refused-erasure");
    const ofThis = refusals.filter(({ body }) => body["holdId"] === holdId);
    expect(ofThis.map(({ body }) => [body["scope"], body["person"]])).toEqual([
      [`case:${caseId}`, "omar"],
      [`case:${caseId}`, "ola"],
    ]);
    await release(holdId);
    expect(await confirmErasure(acme, omar, before.erasure.erasureId)).toMatchObject({ kind: "erased" });
  });

  test("on a case is refused for the people who took part in it, and for nobody else", async () => {
    const people = { requester: "seller-kim", approver: "manager-kit" };
    const { caseId } = await plantCase(database.pool, "people-held", "approved", { canary: "x", ...people });
    await plantCase(database.pool, "bystander", "approved", { canary: "x", approver: "manager-lou" });
    const { holdId } = await held(`case:${caseId}`);
    expect(await ask("person:seller-kim")).toMatchObject({ code: "on-hold" });
    expect(await ask("person:manager-kit")).toMatchObject({ code: "on-hold" });
    expect(await ask("person:manager-lou")).toMatchObject({ kind: "asked" });
    await release(holdId);
    expect(await ask("person:manager-kit")).toMatchObject({ kind: "asked" });
  });
});
