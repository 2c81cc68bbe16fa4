import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAgents } from "../../agents/agents.ts";
import { maskOf } from "../../agents/middleware/masking.ts";
import { indexNames } from "../../agents/middleware/name-index.ts";
import { digestOf } from "../../audit/digest.ts";
import { agentsOn } from "./agents-under-test.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { quoteReadings, quoteTurn, readTools } from "./readings.ts";
import { calls, scriptedModel } from "./scripted-model.ts";

const people = ["Dana Miller", "Zoë van der Berg", "sam", "Anne-Marie O'Neil"];
const names = indexNames(people);
const hidden = (text: string) => maskOf([text], names).hide(text);

describe("a supplier is not told", () => {
  test.for([
    ["a mail address", "Write to dana.miller+q@mail.example.co.uk today.", "Write to [mail-1] today."],
    ["a phone number with its country", "Call +49 (0)30 123-4567.", "Call [phone-1]."],
    ["a national one", "Call 030 1234567 or (020) 7946 0958.", "Call [phone-1] or [phone-2]."],
    ["one in pairs", "01 42 68 53 00", "[phone-1]"],
    ["one as it is written in America", "(415) 555-0100 and 415-555-0101", "[phone-1] and [phone-2]"],
    ["a supplier's key", "use sk-ant-api03-abcdefghijklmnop", "use [key-1]"],
    ["a cloud's", "AKIAIOSFODNN7EXAMPLE", "[key-1]"],
    ["a token that is signed", `Bearer eyJhbGciOiJI.eyJzdWIiOiIx.${"s".repeat(20)}`, "Bearer [key-1]"],
    ["a private key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "[key-1]"],
    ["a known person's name", "Dana Miller and dana miller's deal", "[person-1] and [person-2]'s deal"],
    ["the same with the last name first", "Miller, Dana", "[person-1]"],
    ["a name of many words", "for Zoë van der Berg.", "for [person-1]."],
    ["a name with its marks", "Anne-Marie O’Neil", "[person-1]"],
    ["a name of one word where it is all there is", "sam", "[person-1]"],
  ] as const)("%s", ([, text, told]) => {
    expect(hidden(text)).toBe(told);
  });

  test.for([
    "The effective discount is 15 %: list price 10,000.00 USD, net price 8,500.00 USD.",
    "2026-03-05T12:00:00.000Z to 2026-09-30, deal 9100000101, quote Q-1001, partner-7",
    "The same person sam; Dana; the miller; 1,000 2000 and 0.5",
    "12 % of 500000, 24 months, 3-1-2",
  ])("and is told as it is: %s", (text) => {
    expect(hidden(text)).toBe(text);
  });
});

const secret = fc.oneof(
  fc.constantFrom(...people, "dana@example.com", "+49 30 1234567", "sk-abcdefghijklmnopqrst", "[mail-1]", "[person-2]"),
  fc.emailAddress(),
);
const text = fc
  .array(fc.oneof(fc.string({ unit: "binary" }), fc.string(), secret), { maxLength: 8 })
  .map((parts) => parts.join(" "));

describe("for any texts", () => {
  test("what comes back is what went out, whoever wrote something that looks like a token", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
        const { hide, show } = maskOf(texts, names);
        expect(texts.map((one) => show(hide(one)))).toEqual(texts);
      }),
    );
  });

  test("one thing has one token, another another, and none is left that is looked for", () => {
    fc.assert(
      fc.property(fc.array(fc.emailAddress(), { minLength: 1, maxLength: 6 }), (mails) => {
        const told = mails.map((mail) => `to ${mail} now`);
        const { hide } = maskOf(told, names);
        const went = told.map(hide);
        expect(went.filter((one) => one.includes("@"))).toEqual([]);
        expect(new Set(went).size).toBe(new Set(mails).size);
      }),
    );
  });

  test("the same texts have the same mask, and more texts after them change none of it", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), fc.array(fc.emailAddress(), { maxLength: 4 }), (first, more) => {
        const before = maskOf(first, names);
        const after = maskOf([...first, ...more], names);
        expect(first.map(after.hide)).toEqual(first.map(before.hide));
      }),
    );
  });

  test("a long one takes no longer than its length: 400,000 characters of what is nearly a secret", () => {
    const begunMs = performance.now();
    for (const piece of ["a.", "+1 ", "dana ", "0 1", "-----BEGIN ", "a@b."])
      hidden(piece.repeat(400_000 / piece.length));
    expect(performance.now() - begunMs).toBeLessThan(15_000);
  });
});

describe("a turn of a supplier's model", () => {
  const note = "Ask Dana Miller, dana@example.com or +49 30 1234567.";
  const readings = { ...quoteReadings({ note, quote_requested_by: "sam" }) };
  const report = (statement: string) =>
    calls("report_findings", { findings: [{ code: "seen", statement, confidencePpm: 1, sources: ["crm.record"] }] });

  function masked(ledger = memoryLedger()) {
    const model = scriptedModel(report("[person-1] is to be asked, at [mail-1]. [mail-9] is nobody's."));
    const { tools } = readTools(readings);
    const namesOf = async () => people;
    return { model, ledger, agents: createAgents({ model, ledger, readTools: tools, digest: digestOf, namesOf }) };
  }

  test("tells the supplier tokens, and the record what they stand for", async () => {
    const { model, ledger, agents } = masked();
    const { findings } = await agents.gatherFindings(quoteTurn);
    const told = JSON.stringify(model.asked.map((messages) => messages.map(({ content }) => content)));
    expect(told).toContain("Ask [person-1], [mail-1] or [phone-1].");
    for (const one of ["Miller", "example.com", "1234567", '\\"sam\\"']) expect(told).not.toContain(one);
    expect(findings[0]?.statement).toBe("Dana Miller is to be asked, at dana@example.com. [mail-9] is nobody's.");
    expect(JSON.stringify(ledger.calls[0]?.request)).toContain("dana@example.com");
  });

  test("is named in the ledger as it would be without a mask: a retry asks nothing again", async () => {
    const { ledger, agents } = masked();
    const first = await agents.gatherFindings(quoteTurn);
    const again = agentsOn(readings, scriptedModel(), ledger);
    expect((await again.agents.gatherFindings(quoteTurn)).findings).toEqual(first.findings);
    expect(ledger.calls).toHaveLength(1);
  });

  test("that reads finds its readings under their own arguments", async () => {
    const model = scriptedModel(
      calls("programme_deal-team", { dealId: "1001", crmPartner: "[mail-1]" }),
      report("Seen."),
    );
    const { tools, reads } = readTools({ ...quoteReadings({ partner_id: "p@example.com" }) });
    const agents = createAgents({ model, ledger: memoryLedger(), readTools: tools, digest: digestOf });
    const { work } = await agents.gatherFindings(quoteTurn);
    expect(work.refusedReadings).toBe(0);
    expect(reads.at(-1)?.args).toEqual({ dealId: "1001", crmPartner: "p@example.com" });
  });
});
