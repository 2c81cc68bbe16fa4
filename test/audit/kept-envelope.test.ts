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

  test("is read whole whatever it says, and whatever its key and its case are called", async () => {
    const words = fc.oneof(fc.string(), fc.constantFrom(key, caseId, '"],"typ":"audit/v1"}', '","parents":[', "", '"'));
    const control = fc.constantFrom("\u0001", "\u0002\u0006", "\u000e");
    await fc.assert(
      fc.asyncProperty(fc.array(words), fc.oneof(words, control), fc.oneof(words, control), async (said, named, of) => {
        const envelope = canonicalJson({ case: of, key: named, said: said.join("") });
        expect((await keptAndWhole(envelope, named, of)).whole).toBe(envelope);
      }),
      { numRuns: 300 },
    );
  });
});
