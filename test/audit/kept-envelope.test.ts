import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** What the database keeps of an envelope, and what it reads from that. */
async function keptAndWhole(envelope: string, key: string, caseId: string) {
  const { rows } = await database.pool.query<{ kept: string; whole: string }>(
    "select k as kept, whole_envelope(k, $2, $3) as whole from kept_envelope($1, $2, $3) k",
    [envelope, key, caseId],
  );
  return rows[0] ?? { kept: "", whole: "" };
}

const [key, caseId] = ["acme:quoting:deal-1/evt_1/approve/intent", "acme:quoting:deal-1"];

describe("an envelope", () => {
  test("is kept without what stands in its row and in every envelope, and read whole", async () => {
    const envelope = canonicalJson({
      actor: { ref: "mandate", type: "system" },
      at: "2026-11-29T10:00:00.000Z",
      case: { id: caseId, n: 7 },
      fields: { effectKey: "acme:quoting:deal-1/evt_1/approve" },
      key,
      kind: "intent",
      log: "acme",
      parents: ["2d5c"],
      sd: ["BEf6"],
      typ: "audit/v1",
    });
    const { kept, whole } = await keptAndWhole(envelope, key, caseId);
    expect(whole).toBe(envelope);
    expect(kept.length).toBeLessThan(envelope.length / 2);
    expect(kept).not.toContain(caseId);
  });

  test("of a turn and of a decision is kept without what its key begins with, its company's log and the words of its kind", async () => {
    const step = "acme:quoting:deal-1/evt_1/approve";
    const decision = canonicalJson({
      at: "2026-11-29T10:00:00.000Z",
      case: { id: caseId, n: 6 },
      fields: {
        approvalId: null,
        decisionId: "dec_1",
        gate: 1,
        permitId: "prm_1",
        policy: { id: "quoting", version: "1362" },
        proposalId: "prop_1",
        stepKey: step,
        verdict: "execute",
      },
      key: "dec_1/decision",
      kind: "decision",
      log: "acme",
      parents: ["2d5c"],
    });
    const turn = canonicalJson({
      case: { id: caseId, n: 1 },
      fields: {
        role: "compliance",
        stepKey: step,
        turnKey: `${step}/compliance`,
        usage: { costMicroUsd: 12, inputTokens: 3, outputTokens: 4 },
      },
      key: `${step}/compliance/turn`,
      kind: "turn",
      log: "acme",
      parents: ["2d5c"],
    });
    for (const [envelope, named] of [
      [decision, "dec_1/decision"],
      [turn, `${step}/compliance/turn`],
    ] as const) {
      const { kept, whole } = await keptAndWhole(envelope, named, caseId);
      expect(whole).toBe(envelope);
      expect(kept.length).toBeLessThan(envelope.length / 2);
      for (const said of [step, "dec_1", "acme"]) expect(kept).not.toContain(said);
    }
  });

  test("that was kept before these words were known is read as it was", async () => {
    const kept =
      '{\u0003mandate\u000f2026-11-29T10:00:00.000Z\u00047\u0005stepKey":"\u0002/evt_1"\u0006intent","log":"acme\u0007"2d5c"\u0008BEf6\u000e';
    const { rows } = await database.pool.query("select whole_envelope($1, $2, $3) as whole", [kept, key, caseId]);
    const said = {
      fields: { stepKey: `${caseId}/evt_1` },
      key,
      kind: "intent",
      log: "acme",
      parents: ["2d5c"],
      sd: ["BEf6"],
    };
    const names = {
      actor: { ref: "mandate", type: "system" },
      at: "2026-11-29T10:00:00.000Z",
      case: { id: caseId, n: 7 },
    };
    expect(rows).toEqual([{ whole: canonicalJson({ ...names, ...said, typ: "audit/v1" }) }]);
  });

  test("is read whole whatever it says, and whatever its key and its case are called", async () => {
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom(
        key,
        caseId,
        '"],"typ":"audit/v1"}',
        '","parents":[',
        "",
        '"',
        "/",
        "acme:quoting:deal-1/evt_1/approve",
        '","log":"acme"',
        '","stepKey":"',
        '","verdict":"execute"',
        ',"inputTokens":',
        '"},"proposalId":"prop_',
      ),
    );
    const control = fc.constantFrom("\u0001", "\u0002\u0006", "\u000e", "\u0010/\u0011/\u0012");
    await fc.assert(
      fc.asyncProperty(fc.array(words), fc.oneof(words, control), fc.oneof(words, control), async (said, named, of) => {
        const envelope = canonicalJson({ case: of, key: named, said: said.join("") });
        expect((await keptAndWhole(envelope, named, of)).whole).toBe(envelope);
      }),
      { numRuns: 300 },
    );
  });
});
