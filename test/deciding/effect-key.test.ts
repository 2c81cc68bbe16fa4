import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createVault } from "../../audit/vault.ts";
import { effectKeyOf } from "../../deciding/effect-key.ts";
import type { JsonObject } from "../../domain/json.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import { functionOfAction } from "../../functions/index.ts";
import { TEST_SECRET } from "../setup/database.ts";

const vault = createVault(TEST_SECRET);

const step = {
  company: "acme",
  functionId: "quoting",
  objectType: "deal",
  objectId: "1001",
  action: "message",
  caseId: "acme:quoting:crm-deal-1001",
  eventId: "evt_1",
  stepKey: "acme:quoting:crm-deal-1001/evt_1/tell-offer",
  reportsStep: "",
};
type Step = typeof step;
const asked = { tool: "messages.send", args: { template: "quoting.offer", occasion: "2026-12-29" } };
const keyOf = (changes: Partial<Step> = {}, action: { tool: string; args: JsonObject } = asked) =>
  effectKeyOf(vault, { ...step, ...changes }, action);

describe("the key of an effect", () => {
  const text = fc.string({ maxLength: 20 });

  test("is another one for another company, action, subject, tool, argument or occasion", () => {
    const others = [
      keyOf({ company: "globex" }),
      keyOf({ action: "crm-note" }),
      keyOf({ functionId: "deal-registration", objectType: "registration" }),
      keyOf({ objectType: "contract" }),
      keyOf({ objectId: "1002" }),
      keyOf({}, { ...asked, tool: "messages.post" }),
      keyOf({}, { ...asked, args: { ...asked.args, template: "quoting.reminder" } }),
      keyOf({}, { ...asked, args: { ...asked.args, occasion: "2026-12-30" } }),
      keyOf({}, { ...asked, args: { ...asked.args, replaces: null } }),
    ];
    expect(new Set([keyOf(), ...others]).size).toBe(others.length + 1);
  });

  test("changes with any argument, and with nothing else about the step", () => {
    const args = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text, { maxLength: 3 })));
    fc.assert(
      fc.property(args, args, text, (one, other, name) => {
        const [first, second] = [one, other].map((given) => keyOf({}, { ...asked, args: given as JsonObject }));
        const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(first === second).toBe(isSame);
        const elsewhere = { eventId: name, stepKey: `${name}~7`, caseId: name, reportsStep: name };
        expect(keyOf(elsewhere, { ...asked, args: one as JsonObject })).toBe(first);
      }),
    );
  });

  test("cannot be made by who knows what is asked and not the secret: records name it openly", () => {
    expect(keyOf()).toMatch(/^[0-9a-f]{64}$/);
    expect(effectKeyOf(createVault(Buffer.alloc(32, 1)), step, asked)).not.toBe(keyOf());
  });
});

const sorted = (value: object) => Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));

describe.for(Object.values(governedActions).map((action) => [action.id, action] as const))("%s", ([id, action]) => {
  const functionId = functionOfAction(id)?.id ?? "quoting";
  const key = (args: JsonObject) => keyOf({ action: id, functionId }, { tool: action.tool, args });

  test("takes its occasion from an argument that it has", () => {
    const named = action.occasion.kind === "none" ? [] : [action.occasion.argument];
    expect(Object.keys(action.args.shape)).toEqual(expect.arrayContaining(named));
  });

  test("asked with the equal occasion is one act, with the next one two", () => {
    const names = Object.keys(action.args.shape);
    const args: JsonObject = Object.fromEntries(names.map((name) => [name, `some ${name}`]));
    expect(key(Object.fromEntries(Object.entries(args).toReversed()))).toBe(key(args));
    for (const name of names) expect(key({ ...args, [name]: "next" }), name).not.toBe(key(args));
  });
});
