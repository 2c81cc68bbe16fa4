import fc from "fast-check";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replayGuardrail } from "../../../proof/replay/guardrail.ts";
import { loadPolicies, policiesOf, versioned } from "../../../deciding/policies.ts";
import { policyNameOf, readCaseFile, type CaseFile } from "../../../audit/case-file.ts";
import { objectAt, textAt } from "../../../audit/story/loose.ts";
import type { AuditRecord } from "../../../domain/audit-record.ts";
import { governedActions } from "../../../functions/governed-actions.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { answer, openEscalationOf } from "../../fixtures/escalations.ts";
import { ofKind } from "../../fixtures/filed.ts";
import { quarterLimit, withLimits } from "../../fixtures/limits.ts";
import { givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { replayDecisionsOf } from "../../replay/golden.ts";
import { startSystem, type System } from "../../setup/system.ts";

let system: System;
const cases: { [name: string]: CaseFile } = {};

/** Runs a case of this discount to its end; people approve what is asked. */
async function ran(name: string, discountPpm: number): Promise<void> {
  const { pool, company, client } = system;
  await givenQuote(pool, company, name, discountPpm);
  const caseId = await system.arrive("quoting", name);
  if (discountPpm > 150_000 && discountPpm <= 250_000) {
    await answer(system, caseId, "approve", await openEscalationOf(system, caseId));
  }
  await client.workflow.getHandle(caseId).result();
  const file = await readCaseFile(pool, company, caseId);
  if (file === undefined) throw new Error(`no case \`${caseId}\``);
  cases[name] = file;
}

beforeAll(async () => {
  const shipped = await loadPolicies(resolve(import.meta.dirname, "../../../policies"));
  const all = Object.fromEntries(Object.keys(governedActions).map((id) => [id, shipped.policyOf(id)]));
  const quoting = versioned(withLimits(quarterLimit({ cap: 10_000_000 })));
  system = await startSystem({ policies: policiesOf({ ...all, quoting }) });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
  await Promise.all([ran("executed", 120_000), ran("approved", 180_000), ran("blocked", 310_000)]);
});
afterAll(() => system.stop());

/** The decisions of a case that its quoting policy took. */
const decisionsOf = (name: string): [AuditRecord, ...AuditRecord[]] =>
  ofKind(
    (cases[name]?.records ?? []).filter(({ body }) => textAt(objectAt(body, "policy"), "id") === "quoting"),
    "decision",
  );

/** Replays a case's first decision, with a change of its record, its policy's document or the others' records. */
async function replayed(
  name: string,
  change: {
    at?: number;
    record?: (record: AuditRecord) => AuditRecord;
    document?: string;
    records?: (records: readonly AuditRecord[]) => readonly AuditRecord[];
  } = {},
) {
  const file = cases[name];
  const decision = decisionsOf(name)[change.at ?? 0] ?? decisionsOf(name)[0];
  const policy = objectAt(decision.body, "policy");
  const document =
    change.document ?? file?.policies[policyNameOf(textAt(policy, "id"), textAt(policy, "version"))] ?? "";
  const same = <T>(value: T): T => value;
  const records = (change.records ?? same)(file?.records ?? []);
  return replayGuardrail((change.record ?? same)(decision), document, records);
}

const withBody = (changes: JsonObject) => (record: AuditRecord) => ({
  ...record,
  body: { ...record.body, ...changes },
});
const without = (names: readonly string[]) => (record: AuditRecord) => ({
  ...record,
  body: Object.fromEntries(Object.entries(record.body).filter(([name]) => !names.includes(name))),
});

describe("a decision that is taken again from its record", () => {
  test.for([
    ["one that executed", "executed", 0],
    ["one that asked", "approved", 0],
    ["the one that people's approval let pass", "approved", 1],
    ["one that blocked", "blocked", 0],
  ] as const)("comes out byte for byte: %s", async ([, name, at]) => {
    expect(await replayed(name, { at })).toEqual({ kind: "same" });
  });

  test("comes out the same for every decision of this run, and none is left out", async () => {
    const { replayed: count, ...others } = await replayDecisionsOf(system.pool);
    expect(count).toBeGreaterThanOrEqual(6);
    expect(others).toEqual({ cannot: {}, differing: [] });
  });

  test.for([
    ["verdict", { verdict: "block" }, 'verdict was "block" and comes out as "execute"'],
    ["reason", { reason: "because" }, 'reason was "because"'],
    ["rules", { rules: [] }, "rules was [] and comes out as"],
    ["missing", { missing: ["listPrice"] }, 'missing was ["listPrice"] and comes out as []'],
    ["action", { actionDigest: "0".repeat(64) }, "actionDigest was"],
  ] as const)("differs when the recorded %s is another", async ([, changes, what]) => {
    const outcome = await replayed("executed", { record: withBody(changes) });
    expect(outcome).toEqual({ kind: "differs", what: expect.stringContaining(what) as string });
  });

  test.for(["params", "candidate", "obligations", "mode"] as const)(
    "differs when the recorded %s are others",
    async (part) => {
      const others: JsonObject = {
        params: [],
        candidate: { rules: [], verdict: "block", flips: true },
        obligations: ["x"],
        mode: "assisted",
      };
      const change = (record: AuditRecord) =>
        withBody({ details: { ...objectAt(record.body, "details"), [part]: others[part] ?? null } })(record);
      expect(await replayed("executed", { record: change })).toMatchObject({ kind: "differs" });
    },
  );

  test("differs when a limit's reading says another sum than was asked", async () => {
    const change = (record: AuditRecord) => {
      const details = objectAt(record.body, "details");
      const limits = (details["limits"] as JsonObject[]).map((limit) => ({ ...limit, asked: 1 }));
      return withBody({ details: { ...details, limits } })(record);
    };
    expect(await replayed("executed", { record: change })).toMatchObject({
      kind: "differs",
      what: expect.stringContaining('"asked":1') as string,
    });
  });

  test("differs when what Compliance said is another", async () => {
    const stricter = { review: { verdict: "escalate", reasons: ["tone"] } };
    const records = (all: readonly AuditRecord[]) =>
      all.map((record) => (record.kind === "review" ? withBody(stricter)(record) : record));
    expect(await replayed("executed", { records })).toMatchObject({
      kind: "differs",
      what: expect.stringContaining('verdict was "execute" and comes out as "escalate"') as string,
    });
  });

  test("differs when the approval that it names was a rejection", async () => {
    const records = (all: readonly AuditRecord[]) =>
      all.map((record) => (record.kind === "approval" ? withBody({ verdict: "reject" })(record) : record));
    expect(await replayed("approved", { at: 1, records })).toMatchObject({
      kind: "differs",
      what: expect.stringMatching(/^approvalId was "apv_.*" and comes out as null$/) as string,
    });
  });

  test("differs for any other discount that the rules do not take the same way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 150_001, max: 1_000_000 }), async (effectiveDiscount) => {
        const facts = objectAt(decisionsOf("executed")[0].body, "facts");
        const record = withBody({ facts: { ...facts, effectiveDiscount } });
        expect(await replayed("executed", { record })).toMatchObject({ kind: "differs" });
      }),
      { numRuns: 25 },
    );
  });
});

describe("a decision that cannot be taken again says why", () => {
  test("its facts are withheld", async () => {
    expect(await replayed("executed", { record: without(["facts"]) })).toEqual({
      kind: "cannot",
      why: "`facts` is withheld or cannot be read",
    });
  });

  test("its facts were erased", async () => {
    const record = (whole: AuditRecord) => ({ ...without(["facts", "rules"])(whole), erased: "era_1/erasure" });
    expect(await replayed("executed", { record })).toEqual({
      kind: "cannot",
      why: "`rules` was erased under record era_1/erasure",
    });
  });

  test("its facts are a large value that is not there", async () => {
    const record = withBody({ facts: { blob: { sha256: "a".repeat(64) } } });
    expect(await replayed("executed", { record })).toMatchObject({ kind: "cannot" });
  });

  test("what was proposed is withheld", async () => {
    const records = (all: readonly AuditRecord[]) => all.filter(({ kind }) => kind !== "proposal");
    expect(await replayed("executed", { records })).toMatchObject({ kind: "cannot" });
  });

  test("the document is not that of its policy", async () => {
    expect(await replayed("executed", { document: "{}" })).toEqual({
      kind: "cannot",
      why: expect.stringMatching(/^the policy's document is not version [0-9a-f]{12} of `quoting`$/) as string,
    });
  });

  test("it is no decision", async () => {
    const record = () => ofKind(cases["executed"]?.records ?? [], "proposal")[0];
    expect(await replayed("executed", { record })).toEqual({
      kind: "cannot",
      why: "it is a record of kind `proposal`, not of a decision",
    });
  });

  test("the person who asked was erased, and nothing else: it can", async () => {
    const record = (whole: AuditRecord) => ({ ...without(["requestedBy"])(whole), erased: "era_1/erasure" });
    expect(await replayed("executed", { record })).toEqual({ kind: "same" });
  });
});
