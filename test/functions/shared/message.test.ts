import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../domain/json.ts";
import type { FactInput, Readings } from "../../../functions/definition.ts";
import { quoting } from "../../../functions/quoting/function.ts";
import { contractRecord, RENEWAL_AT, renewalReadings } from "../../../functions/renewals/fixture.ts";
import { renewals } from "../../../functions/renewals/function.ts";
import { message, MessageArgs, MessageFacts, messageArgs, rendered } from "../../../functions/shared/message.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import { brandReading } from "../../../functions/shared/message-fixture.ts";
import { POLICY_BRAND } from "../../../functions/shared/brand.ts";
import { brandRules, policyOf } from "../../fixtures/policy.ts";

const OCCASION = "2026-06-04";
const brand = { [POLICY_BRAND]: brandReading(brandRules()) };
const readings = { ...renewalReadings(contractRecord()), ...brand };
const policy = policyOf("message");

function argsOf(template: string, evidence: FactInput["evidence"] = readings, occasion = OCCASION): JsonObject {
  const args = messageArgs(renewals, template, evidence, occasion);
  if (typeof args === "string") throw new Error(args);
  return args;
}

const offer = argsOf("offer");
const factsOf = (change: JsonObject = {}, evidence: Readings = readings) =>
  message.facts({ evidence, action: { tool: message.tool, args: { ...offer, ...change } }, at: RENEWAL_AT });
const decided = (change: JsonObject = {}, evidence: Readings = readings) => evaluate(policy, factsOf(change, evidence));
const variables = (change: JsonObject) => ({ variables: { ...(offer["variables"] as JsonObject), ...change } });
const without = (name: string) => {
  const { [name]: _, ...rest } = offer["variables"] as JsonObject;
  return { variables: rest };
};

const clean = {
  templateKnown: true,
  template: "renewals.offer",
  ownRecord: true,
  complete: true,
  asFilled: true,
  audienceAsDeclared: true,
  external: true,
  lengthChars: 262,
  links: 0,
  brandFindings: 0,
  brandMarks: 0,
  ownWords: false,
};

describe("what code makes of a text", () => {
  test("is its whole arguments, filled from what was read", () => {
    expect(offer).toEqual({
      template: "renewals.offer",
      audience: ["customer", "partner"],
      variables: {
        contract: "C-7001",
        customer: "Contoso",
        partner: "Northwind Partners",
        endsOn: "2026-12-31",
        offerPrice: "123600.00 USD",
        currentPrice: "120000.00 USD",
        validUntil: "2026-07-04",
      },
      objectType: "contract",
      objectId: "C-7001",
      occasion: OCCASION,
    });
    expect(JSON.parse(JSON.stringify(offer))).toEqual(offer);
  });

  test("differs by its occasion alone where it is said again", () => {
    const [one, two] = ["2026-08-03", "2026-09-02"].map((occasion) => argsOf("reminder", readings, occasion));
    expect({ ...one, occasion: "" }).toEqual({ ...two, occasion: "" });
    expect(one).not.toEqual(two);
  });

  test.for<[string, Parameters<typeof messageArgs>, string]>([
    ["the function has no such text", [renewals, "poem", readings, ""], "`renewals` has no text `poem`"],
    ["the name is none of its own", [renewals, "constructor", readings, ""], "`renewals` has no text `constructor`"],
    ["the function has no texts", [quoting, "offer", readings, ""], "`quoting` has no text `offer`"],
    [
      "the record was not read",
      [renewals, "offer", {}, OCCASION],
      "the contract that `renewals.offer` is about was not read",
    ],
    [
      "the record was read as another type",
      [renewals, "offer", renewalReadings(contractRecord(), { ref: "deal/1001" }), OCCASION],
      "the contract that `renewals.offer` is about was not read",
    ],
    [
      "something is not told",
      [renewals, "offer", readings, ""],
      "what was read does not tell all that `renewals.offer` says",
    ],
    [
      "the occasion is no name",
      [renewals, "reminder", readings, "x".repeat(65)],
      "`renewals.reminder` cannot be written: `occasion` is too long",
    ],
  ])("is why there is nothing to send: %s", ([, args, why]) => expect(messageArgs(...args)).toBe(why));
});

describe("the facts of a text", () => {
  test("are computed from the text and from what was read", () => {
    expect(factsOf()).toEqual(clean);
    expect(MessageFacts.safeParse(clean).error).toBeUndefined();
  });

  test.for<[string, JsonObject, JsonObject]>([
    ["a variable is missing", without("offerPrice"), { complete: false, asFilled: false }],
    ["a variable is empty", variables({ offerPrice: " " }), { complete: false, asFilled: false }],
    ["a variable is unknown", variables({ note: "hi" }), { complete: false, asFilled: false }],
    ["a variable brings a placeholder", variables({ customer: "{contract}" }), { complete: false, asFilled: false }],
    ["a variable is another", variables({ offerPrice: "1.00 USD" }), { asFilled: false }],
    ["the occasion is another, and so is what hangs on it", { occasion: "2026-06-05" }, { asFilled: false }],
    [
      "it goes to somebody else",
      { audience: ["customer", "partner", "partner-manager"] },
      { audienceAsDeclared: false },
    ],
    ["it goes to fewer", { audience: ["partner-manager"] }, { audienceAsDeclared: false, external: false }],
    ["it goes to them in another order", { audience: ["partner", "customer"] }, { audienceAsDeclared: false }],
    ["it is about another contract", { objectId: "C-7002" }, { ownRecord: false }],
    ["it is about another type", { objectType: "deal" }, { ownRecord: false }],
    [
      "it has a link",
      variables({ customer: "see https://contoso.example/pay" }),
      { asFilled: false, links: 1, brandFindings: 1 },
    ],
  ])("tell that %s", ([, change, expected]) => {
    const { lengthChars: _, ...found } = factsOf(change);
    const { lengthChars: __, ...rest } = clean;
    expect(found).toEqual({ ...rest, ...expected });
  });

  test("count a link wherever a mail program would make one", () => {
    const links = ["http://a.b", "WWW.a.b", "mailto:a@b", "tel://1", "a.b", "2026-12-31", "www. a"].map((customer) =>
      Number(factsOf(variables({ customer }))["links"]),
    );
    expect(links).toEqual([1, 1, 1, 1, 0, 0, 0]);
  });

  test("are its name alone where no function declares it", () => {
    for (const template of ["renewals.poem", "renewals.", "renewals", "nobody.offer", "renewals.toString", "offer"]) {
      expect(factsOf({ template })).toEqual({ templateKnown: false, template, external: true });
    }
  });

  test("leave out what hangs on a record that was not read, and are none for arguments that are none", () => {
    const { ownRecord: _, asFilled: __, brandFindings: ___, brandMarks: ____, ...rest } = clean;
    expect(factsOf({}, {})).toEqual(rest);
    expect([factsOf({ audience: [] }), factsOf({ audience: ["press"] }), factsOf({ variables: { a: 1 } })]).toEqual([
      {},
      {},
      {},
    ]);
  });

  test("change with the record: what was true when it was written is decided again", () => {
    const now = { ...renewalReadings(contractRecord({ requested_price: "126000.00" })), ...brand };
    expect(factsOf({}, now)).toEqual({ ...clean, asFilled: false });
  });
});

describe("a text", () => {
  test.for<[string, JsonObject, string]>([
    ["that a function declares and code has filled is sent", {}, "execute"],
    ["that no function declares is blocked", { template: "renewals.poem" }, "block"],
    ["about another record is blocked", { objectId: "C-7002" }, "block"],
    ["with a hole asks", without("offerPrice"), "escalate"],
    ["with other words than the records have asks", variables({ offerPrice: "1.00 USD" }), "escalate"],
    ["to others than it is for asks", { audience: ["customer"] }, "escalate"],
  ])("%s", async ([, change, verdict]) => expect((await decided(change)).kind).toBe(verdict));

  test("with a link asks, even where the record itself has it", async () => {
    const linked = { ...renewalReadings(contractRecord({ customer: "www.contoso.example" })), ...brand };
    const args = argsOf("offer", linked);
    expect(await decided(args, linked)).toMatchObject({
      kind: "escalate",
      rules: [{ id: "has-links" }, { id: "off-brand" }],
    });
  });

  test.for(Object.keys(renewals.messages))("`%s` is sent as the fixture's record fills it", async (template) => {
    const evidence = { ...renewalReadings(contractRecord({ renewal_state: "proposed" })), ...brand };
    expect((await decided(argsOf(template, evidence), evidence)).kind).toBe("execute");
  });

  test("is never sent with a word that code did not fill in", async () => {
    const names = Object.keys(offer["variables"] as JsonObject);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.string({ maxLength: 500 }), async (name, text) => {
        fc.pre(text !== (offer["variables"] as JsonObject)[name]);
        expect((await decided(variables({ [name]: text }))).kind).toBe("escalate");
      }),
      { numRuns: 60 },
    );
  });

  test("bears whatever a variable says as it is, once", () => {
    fc.assert(
      fc.property(fc.string(), (customer) => {
        const { subject } = rendered(renewals.messages.reminder, { customer, contract: "C-1", decideBy: "{customer}" });
        expect(subject).toBe(`Contract C-1 of ${customer}: due by {customer}`);
      }),
    );
  });
});

test("what is read follows from the template's name alone", () => {
  const read = (args: JsonObject) =>
    message.lookups(contractRecord(), "", { objectId: "C-7001", args }).map(({ tool }) => tool);
  expect([read({ template: "renewals.offer" }), read({ template: "nobody.offer" }), read({})]).toEqual([
    ["programme.deal-team", "ledger.reply", "ledger.standing-act", "policy.brand"],
    [],
    [],
  ]);
});

test("people are asked in words", () => {
  expect([message.describe(offer, "Northwind"), message.describe({ text: "hi" }, "Northwind")]).toEqual([
    "Mandate asks to send the text renewals.offer about contract C-7001 to customer and partner",
    undefined,
  ]);
});

test("a function's texts have names that its arguments can hold", () => {
  for (const name of Object.keys(renewals.messages)) {
    expect(MessageArgs.shape.template.safeParse(`renewals.${name}`).success).toBe(true);
  }
});
