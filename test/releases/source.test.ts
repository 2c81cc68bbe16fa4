import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPolicySource } from "../../releases/source.ts";
import { writeBundle } from "../../releases/bundle.ts";
import { lowerMode } from "../../audit/ledgers/autonomy-modes.ts";
import { SET_UP } from "../../domain/policy-release.ts";
import { subject, worldOf } from "../fixtures/released.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import {
  append,
  givenRelease,
  givenSigner,
  keyOf,
  LOOSER,
  quotingBundle,
  signedChange,
  TIGHTER,
} from "../fixtures/release.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const given = worldOf(() => database);

describe("what is in force", () => {
  test("nothing, while there is no release: every request then escalates", async () => {
    const { source, alarms } = await given({ first: false });
    expect([source.inForce("quoting", subject), alarms]).toEqual([undefined, []]);
    await source.stop();
  });

  test("the newest release that two people signed, whole, with its hash and led", async () => {
    const { source, genesis } = await given();
    const inForce = source.inForce("quoting", subject);
    expect(inForce).toMatchObject({ release: genesis.release, canary: null, mode: "led", policy: { id: "quoting" } });
    expect(
      createHash("sha256")
        .update(inForce?.document ?? "")
        .digest("hex"),
    ).toBe(inForce?.version);
    expect(Object.isFrozen(inForce?.policy.rules[0]?.when)).toBe(true);
    expect(source.inForce("deal-registration", subject)).toBeUndefined();
    await source.stop();
  });

  test("a release is heard of by itself, well within a second", async () => {
    const { pool, company, genesis, source: other } = await given();
    await other.stop();
    const source = await createPolicySource({ pool, company, onAlarm: () => {} });
    const next = quotingBundle(genesis.release, LOOSER);
    await givenRelease(pool, company, 3, next, { parent: genesis.release });
    const startedMs = performance.now();
    while (source.inForce("quoting", subject)?.release !== next.release && performance.now() - startedMs < 3_000) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    await source.stop();
  });

  test("the set-up alone may put the first release in force, and no other", async () => {
    const { pool, company, source, genesis, alarms, releaseNow } = await given({ first: false });
    await givenSigner(pool, company, SET_UP);
    await append(pool, signedChange({ company, n: 1, release: genesis.release, person: SET_UP }), genesis.document);
    await source.refresh();
    expect(releaseNow()).toBe(genesis.release);
    const next = quotingBundle(genesis.release, TIGHTER);
    const second = { company, n: 2, release: next.release, parent: genesis.release, person: SET_UP };
    await append(pool, signedChange(second, { alone: true }), next.document);
    await source.refresh();
    expect([releaseNow(), alarms]).toEqual([
      genesis.release,
      [expect.stringContaining("the set-up signs the first release only")],
    ]);
    await source.stop();
  });
});

describe("the last good release stays, and one alarm is raised, for", () => {
  type Given = Awaited<ReturnType<typeof given>>;
  const proposed = ({ genesis }: Given) => quotingBundle(genesis.release, LOOSER);
  const words = ({ company, genesis }: Given, release: string) => ({
    company,
    n: 3,
    release,
    parent: genesis.release,
  });
  const pass = { n: 4, action: "promote", person: "lee" } as const;

  test.for<[string, (world: Given) => Promise<void>, RegExp]>([
    [
      "a release nobody let pass but who proposed it",
      async (world) => {
        const { release, document } = proposed(world);
        await append(world.pool, signedChange(words(world, release)), document);
        await append(world.pool, signedChange({ ...words(world, release), ...pass, person: "ola" }));
      },
      /change 4 .* not let pass by who proposed it/,
    ],
    [
      "a signature over other words",
      async (world) => {
        const { release, document } = proposed(world);
        const change = signedChange(words(world, release));
        await append(world.pool, { ...change, canaryPpm: 10_000 }, document);
      },
      /change 3 .* not `ola`'s over this change/,
    ],
    [
      "a signature of an earlier place in the history",
      async (world) => {
        const { release, document } = proposed(world);
        const { signature } = signedChange({ ...words(world, release), n: 1 });
        await append(world.pool, { ...signedChange(words(world, release)), signature }, document);
      },
      /change 3 .* not `ola`'s over this change/,
    ],
    [
      "no signature at all",
      async (world) => {
        const { release, document } = proposed(world);
        await append(world.pool, { ...signedChange(words(world, release)), signature: "" }, document);
      },
      /change 3 .* not `ola`'s/,
    ],
    [
      "a signer whose key nobody registered",
      async (world) => {
        const { release, document } = proposed(world);
        keyOf("eve");
        await append(world.pool, signedChange({ ...words(world, release), person: "eve" }), document);
      },
      /change 3 .* `eve` has no signing key here/,
    ],
    [
      "a parent that is not in force",
      async (world) => {
        const elsewhere = quotingBundle(null, TIGHTER);
        const { release, document } = quotingBundle(elsewhere.release, LOOSER);
        await append(world.pool, signedChange({ ...words(world, elsewhere.release) }), elsewhere.document);
        await append(world.pool, signedChange({ ...words(world, release), n: 4, parent: elsewhere.release }), document);
      },
      /change 4 .* follows `[0-9a-f]{12}`, and in force is/,
    ],
    [
      "a bundle that follows another release than was signed",
      async (world) => {
        const { release, document } = quotingBundle(null, LOOSER);
        await append(world.pool, { ...signedChange(words(world, release)) }, document);
        await append(world.pool, signedChange({ ...words(world, release), ...pass }));
      },
      /is not used: it follows another release than signed/,
    ],
    [
      "a bundle that is no bundle",
      async (world) => {
        const parent = world.genesis.release;
        const document = JSON.stringify({ format: 2, parent, policies: { quoting: {} }, shared: {} });
        const release = createHash("sha256").update(document).digest("hex");
        await append(world.pool, signedChange(words(world, release)), document);
        await append(world.pool, signedChange({ ...words(world, release), ...pass }));
      },
      /is not used: the policy document is not usable/,
    ],
    [
      "one person alone who says that it loosens nothing",
      async (world) => {
        const { release, document } = proposed(world);
        await append(world.pool, signedChange(words(world, release), { alone: true }), document);
      },
      /is not used: one person alone let pass what may loosen: quoting: /,
    ],
  ])("%s", async ([, tamper, problem]) => {
    const world = await given();
    const before = world.source.inForce("quoting", subject);
    await tamper(world);
    await world.source.refresh();
    await world.source.refresh();
    expect(world.source.inForce("quoting", subject)).toEqual(before);
    expect(world.alarms).toEqual([expect.stringMatching(problem)]);
    await world.source.stop();
  });

  test("a byte of the document that changed on the disk: what is loaded stays, and a fresh start has nothing", async () => {
    const world = await given();
    const { pool, company, genesis } = world;
    const next = proposed(world);
    await givenRelease(pool, company, 3, next, { parent: genesis.release });
    // The table refuses this; a disk, or its owner, does not.
    await pool.query("alter table policy_release disable trigger all");
    await pool.query("alter table policy_release drop constraint policy_release_check");
    const broken = next.document.replace("160000", "990000");
    await pool.query("update policy_release set document = $2 where release = $1", [next.release, broken]);
    await pool.query("alter table policy_release enable trigger all");
    await pool.query(
      `alter table policy_release add constraint policy_release_check
       check (release = encode(sha256(convert_to(document, 'UTF8')), 'hex')) not valid`,
    );
    await world.source.refresh();
    const later = await createPolicySource({ pool, company, onAlarm: () => {} });
    expect([world.releaseNow(), later.inForce("quoting", subject), world.alarms]).toEqual([
      genesis.release,
      undefined,
      [expect.stringContaining("its bytes are not those that it is named after")],
    ]);
    await Promise.all([world.source.stop(), later.stop()]);
  });

  test("and the next good release is taken up again", async () => {
    const world = await given();
    const { pool, company, genesis } = world;
    const forged = quotingBundle(genesis.release, LOOSER);
    await append(pool, { ...signedChange(words(world, forged.release)), signature: "" }, forged.document);
    const next = quotingBundle(genesis.release, TIGHTER);
    await givenRelease(pool, company, 4, next, { parent: genesis.release });
    await world.source.refresh();
    expect(world.releaseNow()).toBe(next.release);
    await world.source.stop();
  });
});

describe("the ledger itself", () => {
  test.for(["signing_key", "policy_release", "policy_release_event"])(
    "%s refuses change and removal",
    async (table) => {
      await given();
      for (const statement of [
        `delete from ${table}`,
        `update ${table} set company = 'x'`,
        `truncate ${table} cascade`,
      ]) {
        await expect(database.pool.query(statement)).rejects.toMatchObject({ code: "42501" });
      }
    },
  );

  test("refuses a document under another name", async () => {
    const { pool, company, genesis } = await given();
    const insert = `insert into policy_release (company, release, parent, document, author, created_at)
                    values ($1, $2, null, $3, 'ola', now())`;
    const values = [company, "a".repeat(64), genesis.document];
    await expect(pool.query(insert, values)).rejects.toMatchObject({ code: "23514" });
  });
});

describe("a reload between decisions", () => {
  test("never mixes two releases in one answer", async () => {
    const { pool, company, genesis, source, alarms } = await given();
    const versionsOf = new Map<string, string>();
    const note = ({ release, document }: { release: string; document: string }) => {
      const content = JSON.stringify(JSON.parse(document).policies.quoting);
      versionsOf.set(release, createHash("sha256").update(content).digest("hex"));
    };
    note(genesis);
    let done = false;
    const seen = new Set<string>();
    const deciding = (async () => {
      while (!done) {
        const inForce = source.inForce("quoting", subject);
        if (inForce === undefined) throw new Error("nothing is in force");
        expect(inForce.version).toBe(versionsOf.get(inForce.release));
        seen.add(inForce.release);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    let parent = genesis.release;
    let n = 3;
    for (const percent of [14, 13, 12, 11, 10]) {
      const next = quotingBundle(parent, { "percent: 15%, allowed": `percent: ${percent}%, allowed` });
      note(next);
      n = await givenRelease(pool, company, n, next, { parent });
      await source.refresh();
      parent = next.release;
    }
    await new Promise((resolve) => setImmediate(resolve));
    done = true;
    await deciding;
    expect([seen.size, alarms]).toEqual([6, []]);
    await source.stop();
  });
});

describe("modes", () => {
  test("a lowered mode is in the next answer, and nothing lowers it twice", async () => {
    const { pool, company, source } = await given();
    const lowering = {
      company,
      policyId: "quoting",
      to: "shadow",
      by: "demotion",
      reason: "12 of 50 blocked",
    } as const;
    expect([await lowerMode(pool, lowering), await lowerMode(pool, lowering)]).toEqual([true, false]);
    await source.refresh();
    expect(source.inForce("quoting", subject)?.mode).toBe("shadow");
    await source.stop();
  });

  test("a mode that somebody raised past the API, alone or unsigned, does not count", async () => {
    const { pool, company, source, alarms } = await given();
    await lowerMode(pool, { company, policyId: "quoting", to: "off", by: "ola", reason: "stop" });
    await pool.query(
      `insert into autonomy_mode (company, n, policy_id, mode, in_force, person_id, role, reason, at, signature)
       values ($1, 2, 'quoting', 'led', true, 'ola', 'ops-engineer', 'go', now(), null)`,
      [company],
    );
    await source.refresh();
    expect([source.inForce("quoting", subject)?.mode, alarms]).toEqual([
      "off",
      [expect.stringMatching(/change 2 of the modes .* does not count: .*signature/)],
    ]);
    await source.stop();
  });
});

test("the bundle is one canonical JSON document, whatever the order of its policies", () => {
  const one = quotingBundle(null);
  expect(Object.keys(JSON.parse(one.document))).toEqual(["format", "parent", "policies", "shared"]);
  expect(writeBundle([], null).release).not.toBe(one.release);
});
