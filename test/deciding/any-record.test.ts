import fc from "fast-check";
import { expect, test } from "vitest";
import { ruleOn } from "../../deciding/ruling.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FunctionAction } from "../../functions/definition.ts";
import { functions, isMoot, isWhole } from "../../functions/index.ts";
import { evidenceOf, FIXTURE_AT, partnerReading, teamOf } from "../../functions/shared/fixture.ts";
import type { Disagreement } from "../../guardrails/evaluate.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { anyRecord, cleanRecords } from "../fixtures/any-record.ts";
import { policyOf } from "../fixtures/policy.ts";

/** Records of each function that are read, for one of its actions each. */
const RECORDS = 1_000;

/** The shipped policies, each loaded once. */
const policies = new Map(
  Object.values(functions).flatMap(({ actions }) => actions.map(({ id }) => [id, policyOf(id)] as const)),
);
function shipped({ id }: FunctionAction): Policy {
  const policy = policies.get(id);
  if (policy === undefined) throw new Error(`no policy \`${id}\``);
  return policy;
}

/** What was read beside a record whose partner sells alone, and of which nobody did anything before. */
const beside: { readonly [tool: string]: Evidence } = evidenceOf({
  "programme.deal-team": teamOf(),
  "programme.partner": partnerReading(),
  "programme.registration-id": { heldBy: [] },
  "accounts.matches": { matches: [] },
  "quotes.approval": { last: null },
});

type Case = { readonly action: FunctionAction; readonly record: JsonObject };

/** From the record to the rules, as a case's step goes. Undefined where the record asks for nothing. */
async function decided({ action, record }: Case, onDisagreement: (detail: Disagreement) => void) {
  if (isMoot(action, record)) return undefined;
  const evidence = { ...beside, ...evidenceOf({ "crm.record": record }) };
  const asked = action.requested(record, evidence);
  if (asked === undefined) return undefined;
  const input = { evidence, action: asked, at: FIXTURE_AT };
  action.lookups(record, "", { objectId: "1001", args: asked.args });
  expect(typeof action.requestedBy(record, asked.args)).toBe("string");
  action.describe(asked.args, "Northwind");
  const facts = action.facts(input);
  const notWhole = !isWhole(action, asked.args);
  const unknown = action.unknown?.(input) ?? {};
  const proposal = {
    proposalId: "prp_1",
    actionId: action.id,
    action: asked,
    recordVersion: "1",
    reasoning: "",
    origin: "as-requested" as const,
  };
  const question = {
    review: "exempt" as const,
    at: FIXTURE_AT,
    facts,
    unknown,
    remarks: action.remarks?.(input) ?? [],
    notWhole,
    beside: action.beside?.(input) ?? [],
    proposal,
  };
  const inForce = { policy: shipped(action), mode: "led" as const, release: "", canary: null };
  const { decision } = await ruleOn(question as Parameters<typeof ruleOn>[0], inForce, onDisagreement);
  return { decision, facts, notWhole };
}

/** The facts that rules of a policy read and that every request has. */
function factsRead(action: FunctionAction): readonly string[] {
  const rules = JSON.stringify(shipped(action).rules);
  return Object.entries(action.factSchema.shape).flatMap(([name, schema]) =>
    rules.includes(`"fact":"${name}"`) && !(schema as { isOptional(): boolean }).isOptional() ? [name] : [],
  );
}

test.for(Object.values(functions).map((definition) => [definition.id, definition] as const))(
  "%s: whatever a record holds, it executes on facts that were read, or asks or refuses with a reason",
  { timeout: 120_000 },
  async ([id, { actions, subject }]) => {
    const asking = actions.filter(({ id: of }) => !actions.some(({ takenBackBy }) => takenBackBy === of));
    const reads = new Map(asking.map((action) => [action.id, factsRead(action)]));
    const kinds = new Map<string, number>();
    const disagreed: Disagreement[] = [];
    const records = anyRecord(subject.fields, cleanRecords[id] ?? {});
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...asking), records, async (action, record) => {
        const found = await decided({ action, record }, (detail) => disagreed.push(detail));
        const kind = found?.decision.kind ?? "moot";
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (found === undefined) return;
        const { decision, facts, notWhole } = found;
        const unread = [...(reads.get(action.id) ?? [])].filter((name) => !Object.hasOwn(facts, name));
        const executed = { unread, notWhole };
        const isAsSaid = decision.kind === "execute" ? executed : { reason: /\S/.test(decision.reason) };
        expect(isAsSaid).toEqual(decision.kind === "execute" ? { unread: [], notWhole: false } : { reason: true });
      }),
      { numRuns: RECORDS },
    );
    expect(disagreed).toEqual([]);
    // Records of every kind were among them.
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(["execute", "escalate"]));
  },
);
