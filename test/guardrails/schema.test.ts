import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { schemaText, writeSchemas } from "../../deciding/policy-schemas.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import { governedCatalogue } from "../../guardrails/fact-types.ts";
import { policySchema } from "../../guardrails/schema.ts";
import { sharedSchema } from "../../guardrails/schema/limits.ts";
import { policyFile, sharedIds } from "../fixtures/policy.ts";
import { fundText, quarterText, renewalFacts, renewalsText } from "../fixtures/shared-limits.ts";
import { catalogue, sound, whole } from "./traps.ts";

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

const ids = Object.keys(governedActions);
const takes = (schema: object, text: string): boolean =>
  z.fromJSONSchema(schema as JsonSchema).safeParse(parse(text)).success;

describe.for(ids)("the schema of %s", (id) => {
  test("is named on the policy's first line, where editors look for it", () => {
    expect(policyFile(`${id}.yaml`).split("\n")[0]).toBe(`# yaml-language-server: $schema=schema/${id}.schema.json`);
  });

  test("takes the policy as it is", () => {
    const text = schemaText(id, governedCatalogue()[id] ?? [], sharedIds);
    expect(takes(JSON.parse(text) as object, policyFile(`${id}.yaml`))).toBe(true);
  });
});

describe("the schema of a shared limit", () => {
  const file = "shared/quarter-discount.yaml";

  test("takes the shipped ones, and a fund", () => {
    const texts = [...sharedIds.map((id) => policyFile(`shared/${id}.yaml`)), quarterText, fundText];
    expect(texts.map((text) => takes(sharedSchema(), text))).toEqual(texts.map(() => true));
    expect(policyFile(file).split("\n")[0]).toBe("# yaml-language-server: $schema=../schema/shared/limit.schema.json");
  });

  test.for([
    ["an amount without a currency", "cap: { deposited: USD }", "cap: { deposited: dollars }", fundText],
    ["a fund that people may pass", "over: block", "over: escalate\nroute: desk", fundText],
    ["a limit that asks nobody", "route: regional-director\n", "", quarterText],
    ["a window that is none", "calendar-quarter", "quarter", quarterText],
    ["a key that is none", "warnAt", "warn", quarterText],
  ] as const)("marks %s", ([, from, to, text]) => {
    expect(text).toContain(from);
    expect(takes(sharedSchema(), text.replace(from, to))).toBe(false);
  });

  test("a policy is completed by those that are there, and by no other", () => {
    const schema = (...shared: string[]) => policySchema("renewals.price", renewalFacts, shared);
    expect(takes(schema("discount-quarter"), renewalsText)).toBe(true);
    expect(takes(schema("other"), renewalsText)).toBe(false);
    expect(takes(schema("discount-quarter"), renewalsText.replace("sum: renewalDiscount", "sum: incumbent"))).toBe(
      false,
    );
  });
});

describe("beside the policies, for editors", () => {
  const folder = mkdtempSync(join(tmpdir(), "mandate-schemas-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a schema is written for each policy there can be, and again only when its facts changed", async () => {
    expect((await writeSchemas(folder)).toSorted()).toEqual(ids.toSorted());
    expect(readdirSync(join(folder, "schema")).toSorted()).toEqual(ids.map((id) => `${id}.schema.json`).toSorted());
    expect(readFileSync(join(folder, "schema/quoting.schema.json"), "utf8")).toBe(
      schemaText("quoting", governedCatalogue()["quoting"] ?? []),
    );
    expect(await writeSchemas(folder)).toEqual([]);
    writeFileSync(join(folder, "schema/quoting.schema.json"), "{}");
    expect(await writeSchemas(folder)).toEqual(["quoting"]);
  });

  test("facts that the folder declares itself have theirs", async () => {
    writeFileSync(join(folder, "loans.facts.yaml"), "facts:\n  amount: { title: the sum, number: 0..10 }\n");
    expect(await writeSchemas(folder)).toEqual(["loans"]);
  });
});

describe("while it is written", () => {
  const schema = policySchema("quoting", catalogue["quoting"] ?? []);

  test.for([sound, whole])("all of the language is taken", (text) => expect(takes(schema, text)).toBe(true));

  test.for([
    ["a fact that is not there", "fact: effectiveDiscount", "fact: efectiveDiscount"],
    ["an operator that is none", "operator: greaterThan,", "operator: greaterThen,"],
    [
      "an operator that does not fit the fact",
      "fact: belowFloorPrice, operator: equal",
      "fact: belowFloorPrice, operator: greaterThan",
    ],
    ["a value the fact cannot take", "[liability, data]", "[liability, dates]"],
    ["a list for one value", "operator: in, value", "operator: equal, value"],
    ["a percentage without its sign", "percent: 15%", "percent: 15"],
    ["a number out of range", "value: 3 }", "value: 501 }"],
    ["an amount without a currency", "money: 500000.00 USD", "money: 500000.00"],
    ["an effect that is none", "effect: escalate", "effect: allow"],
    ["a default that executes", "default: escalate", "default: execute"],
    ["a route on a rule that asks nobody", "effect: escalate", "effect: block"],
    ["a key that is none", 'reason: "Touches', 'because: "Touches'],
    ["silence that approves", "onExpiry: deny", "onExpiry: approve"],
    ["a role without `role:`", "who: role:director", "who: director"],
  ] as const)("%s is marked", ([, from, to]) => {
    expect(sound.split(from).length, "the change is there").toBeGreaterThan(1);
    expect(takes(schema, sound.replace(from, to))).toBe(false);
  });

  test.for([
    ["a mode that is none", "mode: assisted", "mode: on"],
    ["a subject that is no word", "subject: partner", "subject: openDeals"],
    ["a share without its sign", "blocked: 20%", "blocked: 20"],
    ["a demotion without a least number", ", minimum: 50", ""],
    ["a number in words", "number: 9", "number: nine"],
    ["a day that is none", "date: 2026-12-31", "date: 2026-12-32"],
    ["an override by a number", "partnerTier: [platinum]", "openDeals: [9]"],
    ["an override by a fact that may be left out", "partnerTier: [platinum]", "note: [x]"],
    ["an override for a value that is none", "[platinum]", "[platinium]"],
    ["an override for nobody", "{ partnerTier: [platinum], region: [EMEA] }", "{}"],
    ["an override without an end", ", until: 2026-07-01", ""],
    ["an override that sets nothing", "{ auto_max: 18%, max_open: 12 }", "{}"],
    ["an override without a reason", "reason: H1 programme, PO-412", ""],
    ["a state that is none", "state: candidate", "state: shadow"],
    ["an obligation that is none", "[crm-note]", "[crm-notes]"],
    ["a member that the set cannot hold", "operator: contains, value: ai", "operator: contains, value: al"],
    ["an order of sets", "operator: contains, value: ai", "operator: lessThan, value: ai"],
    ["an empty pattern", '"(?i)resell"', '""'],
    ["a pattern for a choice", "fact: note, operator: matches", "fact: region, operator: matches"],
    ["a day in a list that is none", "2026-12-26", "26.12.2026"],
    ["a sum of shares", "sum: discountAmount", "sum: effectiveDiscount"],
    ["a sum that can be negative", "sum: discountAmount", "sum: drift"],
    ["a limit that sums and counts", "count: true", "count: true\n    sum: openDeals"],
    ["an account by an optional fact", "[partner, region]", "[partner, note]"],
    ["a window that is none", "window: calendar-day", "window: day"],
    ["a count capped in money", "cap: 40", "cap: 40.00 USD"],
    ["money capped by a count", "cap: { param: quarter_cap }", "cap: 600000"],
    ["a limit that executes", "over: block", "over: execute"],
    ["a route on a limit that blocks", "over: block", "over: block\n    route: desk"],
    ["a quorum of none", "quorum: 2", "quorum: 0"],
    ["an invariant that claims two things", "never: execute", "never: execute\n    always: block"],
  ] as const)("%s is marked", ([, from, to]) => {
    expect(whole.split(from).length, "the change is there").toBeGreaterThan(1);
    expect(takes(schema, whole.replace(from, to))).toBe(false);
  });

  test("facts that none of the sections can go by leave those sections out", () => {
    const flag = { name: "flag", title: "flag", adjustable: false, kind: "boolean" } as const;
    const { anyOf } = policySchema("flags", [flag]) as { anyOf: readonly { properties: Record<string, object> }[] };
    const { properties } = anyOf[0]!;
    expect(JSON.stringify(properties)).not.toContain('"enum":[]');
    expect(Object.keys(properties).filter((name) => ["subject", "overrides"].includes(name))).toEqual([]);
  });
});
