import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exported, givenGovernedCases, givenHeads, type BundleFiles } from "../../fixtures/governed-log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { verified } from "./verified.ts";

let database: TestDatabase;
const bundles = new Map<string, BundleFiles>();

beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  const cases = await givenGovernedCases(pool);
  await givenHeads(pool);
  bundles.set("whole logs", await exported(pool));
  bundles.set("one case", await exported(pool, { kind: "case", case: cases.erased }));
  bundles.set("a partner's", await exported(pool, { kind: "company" }, "globex"));
});
afterAll(() => database.drop());

describe("a byte that is changed in any file", () => {
  test.for(["whole logs", "one case", "a partner's"])("is found in a bundle of %s", async (name) => {
    const files = bundles.get(name) ?? new Map<string, Buffer>();
    const held = [...files].filter(([, bytes]) => bytes.length > 0);
    const place = fc
      .constantFrom(...held)
      .chain(([path, bytes]) =>
        fc.record({ path: fc.constant(path), at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) }),
      );
    await fc.assert(
      fc.asyncProperty(place, async ({ path, at, by }) => {
        const bytes = Buffer.from(files.get(path) ?? []);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const { outcome } = await verified(new Map(files).set(path, bytes));
        expect(outcome).toBe("tampered");
      }),
      { numRuns: 150 },
    );
  });

  test("is found wherever it is, one in every file", async () => {
    const files = bundles.get("whole logs") ?? new Map<string, Buffer>();
    for (const [path, whole] of files) {
      const bytes = Buffer.from(whole);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 0x20;
      expect(await verified(new Map(files).set(path, bytes)), path).toMatchObject({ outcome: "tampered" });
    }
  });

  test("a file that is taken away is found, whichever it is", async () => {
    for (const [name, files] of bundles) {
      for (const path of files.keys()) {
        const rest = new Map(files);
        rest.delete(path);
        expect(["tampered", "incomplete"], `${name}: ${path}`).toContain((await verified(rest)).outcome);
      }
    }
  });
});
