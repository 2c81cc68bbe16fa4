import { readRecords } from "../../../audit/records.ts";
import { caseTurnsOf } from "../../../gateway/http/case-turns.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logSigner } from "../../../proof/log/log-keys.ts";
import { askErasure, confirmErasure } from "../../../proof/privacy/erasure.ts";
import type { SubjectName } from "../../../proof/privacy/scope.ts";
import { disputeIn, type FiledDispute } from "../../../proof/dispute/filed.ts";
import { disputeFiles } from "../../../proof/dispute/folder.ts";
import { fileFor, partnerOf } from "../../../proof/dispute/for-reader.ts";
import { disputePage } from "../../../proof/dispute/page/page.ts";
import { filedCase } from "../../fixtures/filed.ts";
import { answer, openEscalationOf } from "../../fixtures/escalations.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { givenCrmObject, givenPartner } from "../../fixtures/programme.ts";
import { quoteAtDiscount } from "../../../functions/quoting/fixture.ts";
import { TEST_SECRET } from "../../setup/database.ts";
import { eventually, startSystem, type System } from "../../setup/system.ts";
import { elementsOf, readHtml, textOf } from "./read-html.ts";

let system: System;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** A quote at a discount through the whole system, until its case has ended; then a checkpoint is signed. */
async function lived(objectId: string, discountPpm: number, verdict?: "approve" | "reject"): Promise<string> {
  const { pool, company } = system;
  const partner = await givenPartner(pool, company);
  const record = quoteAtDiscount(discountPpm, { partner_id: partner, quote_id: `Q-${objectId}` }) as {
    [property: string]: string;
  };
  await givenCrmObject(pool, company, "deal", objectId, record);
  const caseId = await system.arrive("quoting", objectId);
  if (verdict !== undefined) await answer(system, caseId, verdict, await openEscalationOf(system, caseId));
  await eventually(async () => {
    const end = "select 1 from audit_record where company = $1 and case_id = $2 and kind = 'case_end'";
    return (await pool.query(end, [company, caseId])).rows[0];
  });
  await givenCheckpoint(pool, company);
  return caseId;
}

/** The dispute about each decision of a case, in order. */
async function disputesOf(caseId: string): Promise<FiledDispute[]> {
  const view = await filedCase(system.pool, system.company, caseId);
  const decisions = view.records.filter(({ kind }) => kind === "decision");
  const told = await Promise.all(decisions.map(({ body }) => disputeIn(view, String(body["decisionId"]), keys)));
  return told.flatMap((one) => one ?? []);
}

/** The key of this company's log, as its installation knows it. */
const keys = (origin: string) => logSigner(TEST_SECRET, origin).vkey;

const endOf = ({ dispute }: FiledDispute) => dispute.verdict.end.map(({ text }) => text).join(" ");

describe("of a case that the whole system lived through", () => {
  const cases = [
    ["executed", 120_000, undefined, ["execute", "execute"], /^It was done: AD-/],
    [
      "approved",
      180_000,
      "approve",
      // What would have passed is told while people are asked.
      ["escalate", "execute", "escalate", "execute"],
      /^Approved by dana, as partner-manager\. It was done: AD-/,
    ],
    [
      "rejected",
      240_000,
      "reject",
      ["escalate", "execute", "execute", "execute", "execute"],
      /^Rejected by dana, as partner-manager: nothing was done\.$/,
    ],
    ["blocked", 310_000, undefined, ["block", "execute", "execute", "execute"], /^It was blocked: nothing was done\.$/],
  ] as const;

  test.for(cases)(
    "%s: every decision, and the write-back and note that told of it, has a page that holds",
    async (given) => {
      const [name, discountPpm, verdict, verdicts, end] = given;
      const disputes = await disputesOf(await lived(`d-${name}`, discountPpm, verdict));
      expect(disputes.map(({ dispute }) => dispute.verdict.verdict)).toEqual(verdicts);
      expect(disputes.map(({ fault }) => fault)).toEqual(disputes.map(() => ""));
      expect(disputes.map(({ dispute }) => dispute.explanation?.agrees)).toEqual(disputes.map(() => true));
      expect(
        disputes.flatMap(({ dispute }) => dispute.receipts.rows.filter(({ check }) => check !== "proved")),
      ).toEqual([]);
      expect(disputes.flatMap(({ dispute }) => dispute.gone)).toEqual([]);
      expect(disputes.map(({ dispute }) => [dispute.receipts.signed, dispute.verdict.check.text.slice(0, 11)])).toEqual(
        disputes.map(() => [true, "Taken again"]),
      );
      expect(disputes.slice(0, 1).map(endOf)[0]).toMatch(end);
      const pages = disputes.map(({ dispute }) => elementsOf(readHtml(disputePage(dispute))).length);
      expect(Math.min(...pages)).toBeGreaterThan(100);
    },
  );

  test("a follow-up says that nobody reviewed it, and why", async () => {
    const disputes = await disputesOf(await lived("d-follow-up", 120_000));
    const text = textOf(readHtml(disputePage((disputes.at(-1) as FiledDispute).dispute)));
    expect(text).toContain("Mandate asks to set quote_status of deal d-follow-up to approved in the CRM");
    expect(text).toContain("Compliance does not review a follow-up");
  });
});

describe("what somebody changed on the way", () => {
  test("does not hold, and the page says so whatever the file claims", async () => {
    const caseId = await lived("d-changed", 120_000);
    const view = await filedCase(system.pool, system.company, caseId);
    const records = view.records.map((record) =>
      record.kind === "decision" ? { ...record, body: { ...record.body, reason: "as agreed by phone" } } : record,
    );
    const decision = records.find(({ kind }) => kind === "decision");
    const told = await disputeIn({ ...view, intact: true, records }, String(decision?.body["decisionId"]));
    expect(told?.fault).toContain("`reason` of its body is not what its envelope commits to");
    expect(told?.dispute.intact).toBe(false);
  });
});

/** Erases as one ops engineer asks and another confirms; answers the key of the erasure's record. */
async function erase(subject: SubjectName): Promise<string> {
  const { pool, company } = system;
  const by = (personId: string) => ({ company, personId, at: "2026-06-01T09:00:00.000Z" });
  const ask = { subject, ground: "consent-withdrawn", reason: "they asked us to" } as const;
  const asked = await askErasure(pool, by("ola"), ask);
  if (asked.kind !== "asked") throw new Error(asked.detail);
  const erased = await confirmErasure(pool, by("omar"), asked.erasure.erasureId);
  if (erased.kind !== "erased") throw new Error(erased.detail);
  return erased.recordKey;
}

test("the partner has the letter of reasons, and a folder that holds it, proved, and none of our reasons", async () => {
  const { pool, company } = system;
  const caseId = await lived("d-letter", 240_000, "reject");
  const { records } = await readRecords(pool, company, caseId);
  const texts = caseTurnsOf(caseId, records).texts.filter(({ template }) => template === "quoting.letter");
  expect(texts.map(({ audience, subject, body }) => [audience, subject, body.split("\n")[0]])).toEqual([
    [
      ["partner"],
      "Your request for a discount on quote Q-d-letter",
      "It was looked at by a person, who decided against it.",
    ],
  ]);
  const view = await filedCase(pool, company, caseId);
  const decision = view.records.find(({ kind }) => kind === "decision");
  const decisionId = String(decision?.body["decisionId"]);
  const file = fileFor(view, decisionId, partnerOf(view, decisionId) ?? "");
  const told = file && (await disputeIn(file, decisionId, keys));
  if (file === undefined || told === undefined) throw new Error("no folder");
  expect(told.fault).toBe("");
  expect(told.dispute.receipts.rows.every(({ check }) => check === "proved")).toBe(true);
  expect(told.dispute.shared.letter.reasons).toEqual(["The discount that is asked is one that a manager decides."]);
  const all = disputeFiles(told.dispute, file, { hasBundle: false, reader: "p" }).map(({ text }) => text);
  expect(all.join("\n")).not.toMatch(/15 %|25 %|floor|60,000|6000000|dana/);
  expect(fileFor(view, decisionId, "another-partner")).toBeUndefined();
});

describe("what was erased", () => {
  test("of a case: it keeps its verdicts, hashes and places, and says so of the rest", async () => {
    const caseId = await lived("d-erased", 180_000, "approve");
    const recordKey = await erase(`case:${caseId}`);
    const [first] = await disputesOf(caseId);
    if (first === undefined) throw new Error("no dispute");
    expect(first.fault).toBe("");
    expect(first.dispute).toMatchObject({
      verdict: { verdict: "escalate", reason: "The reason is erased", mode: "erased" },
      facts: { rows: [], gone: "erased" },
      explanation: null,
    });
    expect(first.dispute.receipts.rows.every(({ check }) => check === "proved")).toBe(true);
    expect(textOf(readHtml(disputePage(first.dispute)))).toContain(`erased under record ${recordKey}`);
  });

  test("of a person: their role and their verdict stay, their name and their words go", async () => {
    const caseId = await lived("d-person", 180_000, "approve");
    const recordKey = await erase("person:dana");
    const [first] = await disputesOf(caseId);
    if (first === undefined) throw new Error("no dispute");
    expect(endOf(first)).toMatch(/^Approved by somebody whose name is erased, as partner-manager\. It was done: AD-/);
    expect(first.dispute.people.at(-1)?.reason).toBe("erased");
    expect(first.dispute.gone.map(({ kind, why }) => [kind, why])).toContainEqual([
      "approval",
      `erased under record ${recordKey}`,
    ]);
    expect(JSON.stringify(first.dispute)).not.toContain("dana");
    expect(first.dispute.explanation?.agrees).toBe(true);
  });
});
