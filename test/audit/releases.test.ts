import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendModeChange, lowerMode, readModeChanges } from "../../audit/ledgers/autonomy-modes.ts";
import { beginEffect } from "../../audit/ledgers/effects.ts";
import { appendReleaseChange, readReleaseChanges, registerSigner } from "../../audit/ledgers/releases.ts";
import { readRecords } from "../../audit/records.ts";
import { publicKeyOf } from "../../releases/signature.ts";
import { modes, type Mode } from "../../domain/decision-details.ts";
import { AT, givenDecision, stepNames } from "../fixtures/ledger.ts";
import { keyOf, quotingBundle, signedChange } from "../fixtures/release.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const begin = { functionId: "quoting", at: AT };

describe("the history of releases", () => {
  test("is written at its next place only; of ten who write at once one is taken, with one record", async () => {
    const { pool } = database;
    const { release, document } = quotingBundle(null);
    const change = (person: string) => signedChange({ company: "ten", release, n: 1, person });
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, at) => appendReleaseChange(pool, change(`p-${at}`), document)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await appendReleaseChange(pool, { ...change("p-1"), n: 3 }, null)).toBe(false);
    const { records } = await readRecords(pool, "ten", "ten:policies");
    expect([records.length, (await readReleaseChanges(pool, "ten")).length]).toEqual([1, 1]);
  });

  test("gives back every signed word as it was signed", async () => {
    const { release, document } = quotingBundle(null);
    const change = signedChange({ company: "same", release, n: 1, canaryPpm: 12_345, reason: "ünïcode — “quoted”" });
    await appendReleaseChange(database.pool, change, document);
    expect(await readReleaseChanges(database.pool, "same")).toEqual([change]);
  });

  test("a change of a release that has no bundle is refused", async () => {
    const change = signedChange({ company: "none", release: "f".repeat(64), n: 1 });
    await expect(appendReleaseChange(database.pool, change, null)).rejects.toMatchObject({ code: "23503" });
    expect((await readRecords(database.pool, "none", "none:policies")).records).toEqual([]);
  });
});

test("a signing key is registered once: the first one stands, with one record", async () => {
  const { pool } = database;
  const [first, second] = [publicKeyOf(keyOf("first")), publicKeyOf(keyOf("second"))];
  const registration = { company: "keys", person: "ola", at: AT };
  expect(await registerSigner(pool, { ...registration, publicKey: first })).toBe(first);
  expect(await registerSigner(pool, { ...registration, publicKey: second })).toBe(first);
  expect((await readRecords(pool, "keys", "keys:policies")).records).toHaveLength(1);
});

describe("a permit is spent under the mode of its policy", () => {
  /** A company of its own, whose quoting policy had these modes one after the other. */
  const effectUnder = async (company: string, changes: readonly (readonly [Mode, boolean])[]) => {
    const { pool } = database;
    const { permit } = await givenDecision(pool, stepNames("1", company), { company });
    for (const [at, [mode, inForce]] of changes.entries()) {
      const change = { company, n: at + 1, policy: "quoting", mode, person: "ola", reason: "so", at: AT };
      await appendModeChange(pool, { ...change, inForce, role: "ops-engineer", signature: null });
    }
    return { permit, effect: await beginEffect(pool, permit, begin) };
  };

  test.for<[string, readonly (readonly [Mode, boolean])[], string]>([
    ["no mode was ever set", [], "intent"],
    ["led", [["led", true]], "intent"],
    ["assisted", [["assisted", true]], "intent"],
    ["shadow", [["shadow", true]], "stopped"],
    ["off", [["off", true]], "stopped"],
    [
      "off, while a raise waits for its second person",
      [
        ["off", true],
        ["led", false],
      ],
      "stopped",
    ],
    [
      "raised again",
      [
        ["off", true],
        ["led", true],
      ],
      "intent",
    ],
  ])("%s", async ([name, changes, state]) => {
    expect((await effectUnder(`mode-${name}`, changes)).effect.state).toBe(state);
  });

  test("an effect that has begun is finished: its answer must not be lost", async () => {
    const { permit } = await effectUnder("begun", []);
    await lowerMode(database.pool, { company: "begun", policyId: "quoting", to: "off", by: "ola", reason: "stop" });
    expect(await beginEffect(database.pool, permit, begin)).toMatchObject({ state: "intent", fresh: false });
  });

  test("another policy's mode stops nothing", async () => {
    const { pool } = database;
    await lowerMode(pool, { company: "other", policyId: "write-back", to: "off", by: "ola", reason: "stop" });
    const { permit } = await givenDecision(pool, stepNames("1", "other"), { company: "other" });
    expect((await beginEffect(pool, permit, begin)).state).toBe("intent");
  });
});

describe("lowering a mode", () => {
  test.for(modes.flatMap((from) => modes.map((to) => [from, to] as const)))("from %s to %s", async ([from, to]) => {
    const { pool } = database;
    const company = `lower-${from}-${to}`;
    const first = { company, n: 1, policy: "quoting", mode: from, person: "ola", reason: "so", at: AT };
    await appendModeChange(pool, { ...first, inForce: true, role: "ops-engineer", signature: null });
    const isLower = modes.indexOf(to) < modes.indexOf(from);
    const lowering = { company, policyId: "quoting", to, by: "demotion", reason: "12 of 50 blocked" };
    expect(await lowerMode(pool, lowering)).toBe(isLower);
    const changes = await readModeChanges(pool, company);
    expect(changes.map(({ mode, person, role }) => [mode, person, role]).slice(1)).toEqual(
      isLower ? [[to, "demotion", "system"]] : [],
    );
  });

  test("by five at once is done once, and recorded once", async () => {
    const { pool } = database;
    const lowering = { company: "five", policyId: "quoting", to: "assisted", by: "demotion", reason: "so" } as const;
    const done = await Promise.all(Array.from({ length: 5 }, () => lowerMode(pool, lowering)));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect((await readRecords(pool, "five", "five:policies")).records).toHaveLength(1);
  });
});
