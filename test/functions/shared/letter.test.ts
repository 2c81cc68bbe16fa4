import { describe, expect, test } from "vitest";
import { letterOf } from "../../../deciding/letter.ts";
import { askOccasion } from "../../../domain/ask-occasion.ts";
import { brandFindings } from "../../../domain/brand/check.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { registrationFacts, registrationRecord } from "../../../functions/deal-registration/fixture.ts";
import { dealRegistration } from "../../../functions/deal-registration/function.ts";
import type { FunctionDefinition, Readings } from "../../../functions/definition.ts";
import { functions } from "../../../functions/index.ts";
import { quoteFacts, quoteRecord } from "../../../functions/quoting/fixture.ts";
import { quoting } from "../../../functions/quoting/function.ts";
import { POLICY_BRAND } from "../../../functions/shared/brand.ts";
import { evidenceOf, FIXTURE_AT } from "../../../functions/shared/fixture.ts";
import { LETTER, replyReady } from "../../../functions/shared/letter.ts";
import { brandReading } from "../../../functions/shared/message-fixture.ts";
import { isDue, message, messageArgs } from "../../../functions/shared/message.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import { brandRules, policyOf } from "../../fixtures/policy.ts";

const DUE = "2026-03-02T13:00:00.000Z";
const ASKED = { escalationId: "esc_1", answer: "", state: "waits", until: "2026-03-04T09:00:00.000Z" } as const;

/** A step's decision as its reading tells it, with what its policy says to the partner. */
async function decided(policyId: string, facts: JsonObject, more: JsonObject = {}): Promise<JsonObject> {
  const policy = policyOf(policyId);
  const decision = await evaluate(policy, facts, { at: FIXTURE_AT });
  const letter = letterOf(policy, decision, {});
  const outcome = decision.kind === "block" ? "blocked" : "open";
  const base = {
    decisionId: "dec_1",
    verdict: decision.kind,
    actionId: policyId,
    reason: "not for partners",
    detail: "",
  };
  return { ...base, outcome, ...(letter !== undefined && { letter: letter as unknown as JsonObject }), ...more };
}

function argsOf(definition: FunctionDefinition, record: JsonObject, decision: JsonObject): JsonObject {
  const readings = readingsOf(definition, record, decision);
  const args = messageArgs(definition, LETTER, readings, "");
  if (typeof args === "string") throw new Error(args);
  return args;
}

function readingsOf({ subject }: FunctionDefinition, record: JsonObject, decision: JsonObject): Readings {
  const { "crm.record": read, ...others } = evidenceOf({ "crm.record": record, "ledger.step-decision": decision });
  if (read === undefined) throw new Error("no record");
  const own = { ...read, source: { ...read.source, ref: `${subject.type}/1` } };
  return { "crm.record": own, ...others, [POLICY_BRAND]: brandReading(brandRules()) };
}

const textOf = (definition: FunctionDefinition, record: JsonObject, decision: JsonObject) =>
  Object.values(argsOf(definition, record, decision)["variables"] as { [name: string]: string }).join(" | ");

const deep = quoteFacts({ effectiveDiscount: 310_000 });
const band = quoteFacts({ effectiveDiscount: 180_000 });
const rival = registrationFacts({ overlap: "other-partner" });
const offers = ["net price 85,000.00 USD in place of 82,000.00 USD"];

describe("the letter of reasons", () => {
  const cases = [
    [
      "a block",
      () => decided("quoting", deep),
      "for a discount on quote Q-1001 | It could not be granted as it is asked | The discount that is asked is deeper than a quote can carry. | Ask for a smaller discount, or give up some of the concessions. | You may ask again at any time | dec_1",
    ],
    [
      "what people decide, with what would pass, and by when they do",
      () => decided("quoting", band, { offers, dueAt: DUE }),
      "for a discount on quote Q-1001 | A person is deciding it | The discount that is asked is one that a manager decides. | A smaller discount needs nobody's decision. Asked so, it passes at once: net price 85,000.00 USD in place of 82,000.00 USD. | You hear from us by 2026-03-02 13:00 UTC | dec_1",
    ],
    [
      "what people ask back, and until when",
      () => decided("quoting", band, { dueAt: DUE, askedBack: { ...ASKED, question: "Who signs for the customer?" } }),
      "for a discount on quote Q-1001 | Before it is decided, we need an answer from you | The discount that is asked is one that a manager decides. | Who signs for the customer? | Please answer by 2026-03-04 09:00 UTC: until then its deadline stands still | dec_1",
    ],
    [
      "a rejection",
      () => decided("quoting", band, { outcome: "rejected", offers }),
      "for a discount on quote Q-1001 | It was looked at by a person, who decided against it | The discount that is asked is one that a manager decides. | A smaller discount needs nobody's decision. Asked so, it would pass: net price 85,000.00 USD in place of 82,000.00 USD. | You may ask again at any time | dec_1",
    ],
    [
      "silence",
      () => decided("quoting", band, { outcome: "expired" }),
      "for a discount on quote Q-1001 | It was not decided in time, so it is not granted | The discount that is asked is one that a manager decides. | A smaller discount needs nobody's decision. | You may ask again at any time | dec_1",
    ],
  ] as const;

  test.for(cases)("tells of %s what was decided, why, what would mend it, by when", async ([, told, text]) => {
    expect(textOf(quoting, quoteRecord(), await told())).toBe(text);
  });

  test("of a customer whom another partner holds names no partner, no registration and no date", async () => {
    const text = textOf(dealRegistration, registrationRecord(), await decided("deal-registration", rival));
    expect(text).toBe(
      "to register a deal as R-2001 | A person is deciding it | The customer is not free to be registered for the product family at present. | You are told when it is free to register. | You may ask again at any time | dec_1",
    );
  });

  test("says that something cannot be read, where that is why people are asked", async () => {
    const { effectiveDiscount: _unread, ...facts } = quoteFacts();
    const decision = await decided("quoting", facts);
    expect(decision["letter"]).toEqual({
      reasons: ["Something in the request cannot be read, or is missing."],
      mend: ["Correct the record that asks, and it is looked at again."],
    });
  });

  const now = { ...ASKED, question: "Who signs?" };
  const until = "2026-03-09T09:00:00.000Z";
  test.for([
    ["an asking that waits", { ...now }, askOccasion("asked", ASKED.until), true],
    ["another asking, of its own letter", { ...now, until }, askOccasion("asked", ASKED.until), false],
    ["an asking that was answered", { ...now, state: "answered", until: "" }, askOccasion("asked", ASKED.until), false],
    [
      "an asking that nobody answered",
      { ...now, state: "lapsed", until: "" },
      askOccasion("asked", ASKED.until),
      false,
    ],
    ["an answer", { ...now, state: "answered", until: "" }, askOccasion("settled", ASKED.until), true],
    ["no answer in time", { ...now, state: "lapsed", until: "" }, askOccasion("settled", ASKED.until), true],
    ["an answer to a question that is closed", undefined, askOccasion("settled", ASKED.until), false],
    ["an answer after which more is asked", { ...now, until }, askOccasion("settled", ASKED.until), false],
  ] as const)("on %s goes out only while that is how it stands", async ([, askedBack, occasion, due]) => {
    const standing = { dueAt: DUE, ...(askedBack && { askedBack }) };
    const readings = readingsOf(quoting, quoteRecord(), await decided("quoting", band, standing));
    expect(isDue(quoting, LETTER, readings, occasion)).toBe(due);
  });

  test("is one for each asking, though the words be the same", async () => {
    const readings = readingsOf(quoting, quoteRecord(), await decided("quoting", band, { askedBack: now }));
    const keys = [ASKED.until, until].map((one) => messageArgs(quoting, LETTER, readings, askOccasion("asked", one)));
    expect(keys.map((args) => typeof args !== "string" && args["occasion"])).toEqual([
      "asked-1772614800000",
      "asked-1773046800000",
    ]);
  });

  test("is not written of what executes, nor under a policy without words for partners", async () => {
    expect((await decided("quoting", quoteFacts()))["letter"]).toBeUndefined();
    expect((await decided("crm-note", { tellsDecision: false }))["letter"]).toBeUndefined();
    const fill = quoting.messages[LETTER].fill;
    expect(
      fill(readingsOf(quoting, quoteRecord(), await decided("crm-note", { tellsDecision: false })), ""),
    ).toBeUndefined();
  });

  test("goes out by the rules of every text: filled by code, to the partner alone, with nothing off brand", async () => {
    const policy = policyOf("message");
    for (const [definition, record, decision] of [
      [quoting, quoteRecord(), await decided("quoting", deep)],
      [dealRegistration, registrationRecord(), await decided("deal-registration", rival, { dueAt: DUE })],
    ] as const) {
      const args = argsOf(definition, record, decision);
      const evidence = readingsOf(definition, record, decision);
      const facts = message.facts({ evidence, action: { tool: message.tool, args }, at: FIXTURE_AT });
      expect(await evaluate(policy, facts, { at: FIXTURE_AT })).toMatchObject({ kind: "execute" });
      expect(args).toMatchObject({ audience: ["partner"], template: `${definition.id}.letter` });
    }
  });

  test("is ready on the card as it goes out where the request is rejected", () => {
    const letter = { reasons: ["It is too deep."], mend: [] };
    expect(replyReady("for quote Q-1", { decisionId: "dec_1", letter, offers: [] })).toEqual({
      subject: "Your request for quote Q-1",
      body: "It was looked at by a person, who decided against it.\n\nWhy: It is too deep.\n\nWhat would mend it: Ask your partner manager what would.\n\nYou may ask again at any time. Our reference: dec_1.",
    });
    expect(replyReady("for quote Q-1", { decisionId: "dec_1", letter: null, offers: [] })).toBeUndefined();
  });
});

describe("what policies say to partners", () => {
  const lettered = Object.values(functions as { readonly [id: string]: FunctionDefinition }).flatMap(
    ({ actions, messages }) => (Object.hasOwn(messages ?? {}, LETTER) ? [actions[0].id] : []),
  );
  const sentences = lettered.flatMap((id) =>
    policyOf(id).rules.flatMap((rule) =>
      [rule.letter, rule.mend].flatMap((text) => (text === undefined ? [] : [[`${id}: ${rule.id}`, text] as const])),
    ),
  );

  test.for(sentences)("%s: %s", ([, text]) => {
    expect(text).not.toMatch(/\d|\{|another partner|competitor|floor|margin|limit/i);
    expect(brandFindings(brandRules(), { text, fills: [], cites: [], at: FIXTURE_AT })).toEqual([]);
  });

  test.for(lettered)("%s has a sentence for every rule that asks or blocks for a reason of the partner's", (id) => {
    const bare = policyOf(id).rules.filter(({ effect, letter }) => effect !== "execute" && letter === undefined);
    expect(bare.map((rule) => rule.id)).toEqual(["not-as-requested"]);
  });
});
