import { expect, test } from "vitest";
import { follows, triggerMatches, type CaseEnd, type Notification, type Trigger } from "../../domain/event.ts";

const notice = (change: Notification["change"]): Notification => {
  return { system: "crm", objectType: "deal", objectId: "1", change };
};
const listening = (on: Extract<Trigger, { kind: "record" }>["on"]): Trigger => {
  return { kind: "record", system: "crm", type: "deal", on };
};
const amount = notice({ kind: "changed", property: "amount", value: "10.00" });

test.for([
  ["any change of a property hears one", listening({ kind: "changed" }), amount, true],
  ["a property hears any value of it", listening({ kind: "changed", property: "amount" }), amount, true],
  ["another property does not", listening({ kind: "changed", property: "stage" }), amount, false],
  ["a value hears that value", listening({ kind: "changed", property: "amount", value: "10.00" }), amount, true],
  ["another value does not", listening({ kind: "changed", property: "amount", value: "11.00" }), amount, false],
  ["a deletion is heard as one", listening({ kind: "deleted" }), notice({ kind: "deleted" }), true],
  ["a merge is no creation", listening({ kind: "created" }), notice({ kind: "merged" }), false],
  ["a creation is no change", listening({ kind: "changed" }), notice({ kind: "created" }), false],
  ["a change is no creation", listening({ kind: "created" }), amount, false],
  ["another system is not heard", listening({ kind: "changed" }), { ...amount, system: "portal" }, false],
  ["nor another type of object", listening({ kind: "changed" }), { ...amount, objectType: "quote" }, false],
  ["what is asked for hears no record", { kind: "asked" }, amount, false],
] as const)("%s", ([, trigger, notification, heard]) => expect(triggerMatches(trigger, notification)).toBe(heard));

const after: Trigger = { kind: "follows", function: "quoting", outcomes: ["executed", "expired"] };

test.for<[string, Trigger, CaseEnd, boolean]>([
  ["the outcome it waits for is followed", after, { functionId: "quoting", outcome: "executed" }, true],
  ["each of several is", after, { functionId: "quoting", outcome: "expired" }, true],
  ["another outcome is not", after, { functionId: "quoting", outcome: "blocked" }, false],
  ["another function is not", after, { functionId: "deal-registration", outcome: "executed" }, false],
  ["what is asked for follows nobody", { kind: "asked" }, { functionId: "quoting", outcome: "executed" }, false],
])("%s", ([, trigger, end, followed]) => expect(follows(trigger, end)).toBe(followed));
