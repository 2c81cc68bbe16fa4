import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveVerdict } from "../../../audit/ledgers/approvals.ts";
import type { Envelope } from "../../../domain/audit-record.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { givenBundle, exported, type BundleFiles, type GovernedCases } from "../../fixtures/governed-log.ts";
import { DIGEST, givenDecision, route, stepNames } from "../../fixtures/ledger.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { acted } from "../../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { envelopesOf, rewritten } from "./rewritten.ts";
import { foundBy, verified } from "./verified.ts";

let database: TestDatabase;
let cases: GovernedCases;
let files: BundleFiles;

beforeAll(async () => {
  ({ database, cases, files } = await givenBundle());
});
afterAll(() => database.drop());

/** What check 9 or 10 says of acme's log after somebody with the right key wrote it anew. */
async function found(check: 9 | 10, change: (all: Envelope[]) => readonly Envelope[]) {
  const verification = await verified(await rewritten(files, change));
  expect(verification.outcome).toBe("tampered");
  return foundBy(verification, check).map(({ case: caseId, n, what }) => ({ case: caseId, n, what }));
}

const of = (caseId: string, kind: string) => (one: Envelope) => one.case.id === caseId && one.kind === kind;
const but = (is: (one: Envelope) => boolean) => (all: Envelope[]) => all.filter((one) => !is(one));
const edited =
  (is: (one: Envelope) => boolean, fields: object, rest: Partial<Envelope> = {}) =>
  (all: Envelope[]) =>
    all.map((one) => (is(one) ? { ...one, ...rest, fields: { ...one.fields, ...fields } } : one));

describe("check 9, every effect was permitted", () => {
  test("an effect without its intent is found", async () => {
    expect(await found(9, but(of(cases.executed, "intent")))).toMatchObject([
      { case: cases.executed, n: 4, what: expect.stringContaining("has no earlier intent") },
    ]);
  });

  test("an intent without its decision is found", async () => {
    expect(await found(9, but(of(cases.executed, "decision")))).toMatchObject([
      { case: cases.executed, n: 3, what: expect.stringContaining("no earlier record decides") },
    ]);
  });

  test("an effect on what was blocked is found", async () => {
    const blocks = { verdict: "block", permitId: null };
    expect(await found(9, edited(of(cases.executed, "decision"), blocks))).toMatchObject([
      { case: cases.executed, n: 3, what: expect.stringContaining("(block) gave no permit for it") },
    ]);
    expect(await found(9, edited(of(cases.blocked, "decision"), { permitId: "prm_forged" }))).toMatchObject([
      { case: cases.blocked, n: 2, what: "it blocks, and gives a permit" },
    ]);
  });

  test("an effect under another permit, and one of another action, are found", async () => {
    expect(await found(9, edited(of(cases.executed, "intent"), { permitId: "prm_other" }))).toMatchObject([
      { n: 3, what: "its permit is not the one that its decision gave" },
    ]);
    expect(await found(9, edited(of(cases.executed, "intent"), {}, { action: "another" }))).toMatchObject([
      { n: 3, what: "its action is not the one that was decided" },
      { n: 4, what: "its action is not the one that was intended" },
    ]);
  });

  test("an approval that was dropped is found at the decision that rests on it", async () => {
    expect(await found(9, but(of(cases.approved, "approval")))).toMatchObject([
      { case: cases.approved, n: 5, what: expect.stringContaining("which no earlier record gives") },
    ]);
  });

  test.for([
    ["one that still waited for another person", { missing: 1 }, {}, "does not let it pass"],
    ["one that refused", { verdict: "reject" }, {}, "does not let it pass"],
    ["one of another action", {}, { action: "another" }, "another action was approved"],
    ["one of another question", { escalationId: "esc_other" }, {}, "answers no question of this step"],
  ] as const)("an approval is none when it is %s", async ([, fields, rest, what]) => {
    const wrong = await found(9, edited(of(cases.approved, "approval"), fields, rest));
    expect(wrong).toContainEqual({ case: cases.approved, n: 5, what: expect.stringContaining(what) });
  });

  test("who asks for something does not approve it", async () => {
    const change = (all: Envelope[]) => {
      const asker = all.find(of(cases.approved, "decision"))!.actor;
      return all.map((one) => (of(cases.approved, "approval")(one) ? { ...one, actor: asker } : one));
    };
    expect(await found(9, change)).toMatchObject([{ n: 5, what: "who asked for it approved it" }]);
  });

  test("an approval that was taken back lets nothing pass, and none is taken back that nobody gave", async () => {
    const undone = (undoes: string) => (all: Envelope[]) => {
      const question = all.find(of(cases.approved, "escalation"))!;
      return all.flatMap((one) => {
        if (!of(cases.approved, "approval")(one)) return [one];
        const approvalId = undoes === "" ? (one.fields["approvalId"] as string) : undoes;
        const fields = { ...question.fields, change: "undone", undoes: approvalId };
        return [one, { ...question, key: "undone", fields }];
      });
    };
    const findings = await found(9, undone(""));
    expect(findings).toContainEqual(
      expect.objectContaining({ what: expect.stringMatching(/which no earlier record gives$/) as string }),
    );
    expect(await found(9, undone("apv_nobodys"))).toContainEqual(
      expect.objectContaining({ what: "no earlier record gives the approval that it undoes" }),
    );
  });

  test("one of two people who were asked is not enough, nor is one of them twice", async () => {
    const twice = (second: Partial<Envelope>) => (all: Envelope[]) =>
      all.flatMap((one) => {
        if (!of(cases.approved, "approval")(one)) return [one];
        const first = { ...one, key: "first", fields: { ...one.fields, approvalId: "apv_first", missing: 2 } };
        return [first, { ...one, ...second }];
      });
    expect(await found(9, twice({ actor: { type: "person", ref: "sub_other" } }))).toMatchObject([
      { what: "3 people had to approve it, and 2 did" },
    ]);
    const same = (all: Envelope[]) =>
      twice({})(all).map((one) => (one.key === "first" ? { ...one, fields: { ...one.fields, missing: 1 } } : one));
    expect(await found(9, same)).toMatchObject([{ what: "one person approved it twice" }]);
  });
});

describe("check 9 of what two people must approve", () => {
  const names = stepNames("for-two");
  let forTwo: BundleFiles;

  beforeAll(async () => {
    const own = await testDatabase();
    const { escalationId } = await givenEscalation(own.pool, "for-two", { quorum: 2 });
    const said = { company: "acme", escalationId, verdict: "approve", actionDigest: DIGEST, reason: "seen" } as const;
    await giveVerdict(own.pool, { at: new Date().toISOString(), ...said, personId: "dana", role: "partner-manager" });
    const last = await giveVerdict(own.pool, {
      at: new Date().toISOString(),
      ...said,
      personId: "lee",
      role: "regional-director",
    });
    if (last.kind !== "taken") throw new Error(last.detail);
    const passed = { gate: 2, verdict: "escalate", route, approvalId: last.approvalId } as const;
    const { permit } = await givenDecision(own.pool, names, passed);
    await acted(own.pool, permit, "done");
    await givenCheckpoint(own.pool);
    forTwo = await exported(own.pool);
    await own.drop();
  });

  test("finds nothing when both did", async () => {
    expect(foundBy(await verified(forTwo), 9)).toEqual([]);
  });

  test.for([
    ["first", 1],
    ["last", 0],
  ] as const)("finds who asked as the %s of them", async ([, missing]) => {
    const asker = envelopesOf(forTwo).find(({ kind }) => kind === "decision")!.actor;
    const own = edited((one) => one.kind === "approval" && one.fields["missing"] === missing, {}, { actor: asker });
    expect(foundBy(await verified(await rewritten(forTwo, own)), 9)).toMatchObject([
      { case: names.caseId, what: "who asked for it approved it" },
    ]);
  });

  test("finds the decision once the first approval is dropped, however well", async () => {
    const first = (one: Envelope) => one.kind === "approval" && one.fields["missing"] === 1;
    const dropped = await verified(await rewritten(forTwo, but(first)));
    expect(foundBy(dropped, 7)).toMatchObject([{ case: names.caseId, what: expect.stringContaining("is not there") }]);
    const rest = edited((one) => one.kind === "approval", { missing: 1 });
    const forged = await verified(await rewritten(forTwo, (all) => rest(but(first)(all))));
    expect(foundBy(forged, 9)).toMatchObject([
      { case: names.caseId, what: expect.stringContaining("does not let it pass") },
    ]);
  });
});

describe("check 10, no effect and no record twice", () => {
  const again =
    (is: (one: Envelope) => boolean, fields: object = {}) =>
    (all: Envelope[]) => {
      const one = all.find(is)!;
      return [...all, { ...one, key: "again", case: { ...one.case, n: 5 }, fields: { ...one.fields, ...fields } }];
    };

  test("an effect that is begun a second time is found", async () => {
    expect(await found(10, again(of(cases.executed, "intent")))).toMatchObject([
      { case: cases.executed, n: 5, what: expect.stringContaining("is begun a second time") },
    ]);
  });

  test("an effect that ends a second time, or otherwise, is found", async () => {
    expect(await found(10, again(of(cases.executed, "receipt")))).toMatchObject([
      { case: cases.executed, n: 5, what: expect.stringContaining("ended as done already, and again as done") },
    ]);
    expect(await found(10, again(of(cases.executed, "receipt"), { state: "failed" }))).toMatchObject([
      { what: expect.stringContaining("again as failed") },
    ]);
  });

  test("a record that is told twice is found", async () => {
    const change = (all: Envelope[]) => [...all, { ...all.find(of(cases.blocked, "proposal"))! }];
    expect(await found(10, change)).toMatchObject([
      { case: cases.blocked, n: 1, what: expect.stringContaining("a second time") },
    ]);
  });
});
