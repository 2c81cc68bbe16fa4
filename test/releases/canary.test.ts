import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { VersionedPolicy } from "../../deciding/policies.ts";
import { sideOf } from "../../releases/canary.ts";
import { append, givenRelease, LOOSER, quotingBundle, signedChange, TIGHTER } from "../fixtures/release.ts";
import { subject, worldOf } from "../fixtures/released.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const given = worldOf(() => database);

describe("a canary", () => {
  async function withCanary(canaryPpm: number) {
    const world = await given();
    const next = quotingBundle(world.genesis.release, LOOSER);
    await givenRelease(world.pool, world.company, 3, next, { parent: world.genesis.release, canaryPpm });
    await world.source.refresh();
    return { ...world, next };
  }

  test("keeps each subject on its side, and both hashes are known", async () => {
    const { source, genesis, next } = await withCanary(500_000);
    const sides = new Set<string>();
    for (let at = 0; at < 200; at += 1) {
      const ask = () => source.inForce("quoting", () => `partner-${at}`);
      const inForce = ask();
      const isNew = inForce?.canary?.side === "new";
      expect([inForce?.release, inForce?.canary?.other]).toEqual(
        isNew ? [next.release, genesis.release] : [genesis.release, next.release],
      );
      expect(ask()).toEqual(inForce);
      sides.add(inForce?.canary?.side ?? "");
    }
    expect(sides).toEqual(new Set(["new", "old"]));
    await source.stop();
  });

  test.for([
    [10_000, 60, 145],
    [100_000, 880, 1_120],
    [500_000, 4_800, 5_200],
  ] as const)("of %d millionths takes its share of 10,000 subjects", async ([canaryPpm, least, most]) => {
    const { source } = await withCanary(canaryPpm);
    const sides = Array.from(
      { length: 10_000 },
      (_, at) => source.inForce("quoting", () => `partner-${at}`)?.canary?.side,
    );
    const share = sides.filter((side) => side === "new").length;
    expect([share >= least, share <= most]).toEqual([true, true]);
    await source.stop();
  });

  test("asks for the subject under the policy in force, and only once", async () => {
    const { source, genesis } = await withCanary(500_000);
    const asked: VersionedPolicy[] = [];
    source.inForce("quoting", (policy) => {
      asked.push(policy);
      return "p";
    });
    expect(asked.map(({ version }) => version)).toEqual([
      Object.values(JSON.parse(genesis.document).policies).map((policy) =>
        createHash("sha256").update(JSON.stringify(policy)).digest("hex"),
      )[0],
    ]);
    await source.stop();
  });

  test("goes on to all, or is withdrawn", async () => {
    const { pool, company, source, genesis, next, releaseNow } = await withCanary(1);
    const about = { company, n: 5, release: next.release, parent: genesis.release };
    await append(pool, signedChange({ ...about, action: "promote", person: "lee" }));
    await source.refresh();
    expect([releaseNow(), source.inForce("quoting", subject)?.canary]).toEqual([next.release, null]);
    const third = quotingBundle(next.release, TIGHTER);
    const n = await givenRelease(pool, company, 6, third, { parent: next.release, canaryPpm: 999_999 });
    await source.refresh();
    expect(releaseNow()).toBe(third.release);
    const back = { company, n, release: third.release, parent: next.release, canaryPpm: 999_999 };
    await append(pool, signedChange({ ...back, action: "rollback", person: "dana" }, {}));
    await source.refresh();
    expect(releaseNow()).toBe(third.release);
    await append(pool, signedChange({ ...back, n: n + 1, action: "rollback" }));
    await source.refresh();
    expect(releaseNow()).toBe(next.release);
    await source.stop();
  });
});

describe("the side of a canary", () => {
  const share = fc.integer({ min: 1, max: 1_000_000 });

  test("a subject that is on it stays on it while the share grows, up to all", () => {
    fc.assert(
      fc.property(fc.string(), share, share, (name, one, other) => {
        const [small, large] = one < other ? [one, other] : [other, one];
        const [before, after] = [sideOf("r", name, small), sideOf("r", name, large)];
        expect([before === "old" || after === "new", sideOf("r", name, 1_000_000)]).toEqual([true, "new"]);
      }),
    );
  });

  test("differs from release to release, so that it is not always the same subjects", () => {
    const on = (release: string) =>
      new Set(Array.from({ length: 1_000 }, (_, at) => `p-${at}`).filter((p) => sideOf(release, p, 100_000) === "new"));
    const [first, second] = [on("a"), on("b")];
    expect([...first].filter((name) => second.has(name)).length).toBeLessThan(first.size / 2);
  });
});
