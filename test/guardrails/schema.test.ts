import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { schemaText } from "../../app/cli/policies/schema.ts";
import { governedActions } from "../../domain/governed-actions.ts";
import { policySchema } from "../../guardrails/schema.ts";
import { policyFile } from "../fixtures/policy.ts";
import { catalogue, sound } from "./traps.ts";

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

const ids = Object.keys(governedActions);
const takes = (schema: object, text: string): boolean =>
  z.fromJSONSchema(schema as JsonSchema).safeParse(parse(text)).success;

describe.for(ids)("policies/schema/%s.schema.json", (id) => {
  test(`is what \`mandate policy schema ${id}\` prints`, () => {
    expect(policyFile(`schema/${id}.schema.json`)).toBe(schemaText(id));
  });

  test("is named on the policy's first line, where editors look for it", () => {
    expect(policyFile(`${id}.yaml`).split("\n")[0]).toBe(`# yaml-language-server: $schema=schema/${id}.schema.json`);
  });

  test("takes the policy as it is", () => {
    expect(takes(JSON.parse(policyFile(`schema/${id}.schema.json`)), policyFile(`${id}.yaml`))).toBe(true);
  });
});

test("no other schema is kept", () => {
  const files = readdirSync(new URL("../../policies/schema", import.meta.url));
  expect(files.toSorted()).toEqual(ids.map((id) => `${id}.schema.json`).toSorted());
});

describe("while it is written", () => {
  const schema = policySchema("quoting", catalogue["quoting"] ?? []);

  test("all of the language is taken", () => expect(takes(schema, sound)).toBe(true));

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
});
