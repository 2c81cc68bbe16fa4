import { describe, expect, test } from "vitest";
import type { ModeChange } from "../../audit/ledgers/autonomy-modes.ts";
import type { ReleaseChange } from "../../audit/ledgers/releases.ts";
import { modeWords, SET_UP, type ModeStatement, type ReleaseStatement } from "../../domain/policy-release.ts";
import { beginning } from "../../releases/history.ts";
import { noModes } from "../../releases/modes.ts";
import { publicKeyOf, signWords } from "../../releases/signature.ts";
import { verifyModes, verifyReleases } from "../../releases/verify.ts";
import { AT, keyOf, signedChange } from "../fixtures/release.ts";

const signers = new Map(["ola", "lee", SET_UP].map((person) => [person, publicKeyOf(keyOf(person))]));

/** What is wrong with a change that was right: its signature alone, or the words that it was given for. */
const flaws = {
  "without a signature": (one) => ({ ...one, signature: "" }),
  "under what is no signature": (one) => ({ ...one, signature: "none" }),
  "signed by another": (one) => ({ ...one, person: one.person === "ola" ? "lee" : "ola" }),
  "signed by who has no key here": (one) => ({ ...one, person: "eve" }),
  "signed for other words": (one) => ({ ...one, reason: `${one.reason}, and more` }),
  "signed for another company": (one) => ({ ...one, company: "globex" }),
  "signed for another time": (one) => ({ ...one, at: "2026-03-02T09:00:00.001Z" }),
} satisfies { readonly [flaw: string]: <Change extends ReleaseChange | ModeChange>(one: Change) => Change };

type Step = Pick<ReleaseStatement, "action" | "release" | "person"> & Partial<ReleaseStatement>;

/** Histories that hold; every kind of change is the first of one, or stands at a later place. */
const histories: { readonly [name: string]: readonly Step[] } = {
  "two people's, then another, taken back": [
    { action: "apply", release: "r1", person: "ola" },
    { action: "promote", release: "r1", person: "lee" },
    { action: "apply", release: "r2", person: "lee", parent: "r1", canaryPpm: 10_000 },
    { action: "promote", release: "r2", person: "ola", parent: "r1", canaryPpm: 10_000 },
    { action: "promote", release: "r2", person: "ola", parent: "r1" },
    { action: "rollback", release: "r2", person: "lee", parent: "r1" },
    { action: "rollback", release: "r2", person: "ola", parent: "r1" },
  ],
  "the set-up's": [{ action: "apply", release: "r1", person: SET_UP }],
};

describe.for(Object.entries(histories))("of releases, %s", ([, steps]) => {
  const changes = steps.map((step, at) => signedChange({ company: "acme", n: at + 1, ...step }));

  test("holds as it was signed", () => {
    expect(verifyReleases(beginning, changes, signers).problems).toEqual([]);
  });

  test.for(Object.keys(flaws) as (keyof typeof flaws)[])("no change of it counts %s", (flaw) => {
    for (const [at, change] of changes.entries()) {
      const before = verifyReleases(beginning, changes.slice(0, at), signers).standing;
      const { standing, problems } = verifyReleases(before, [flaws[flaw](change)], signers);
      expect(problems).toEqual([expect.stringMatching(new RegExp(`^change ${at + 1} .* does not count: `))]);
      expect(standing).toEqual({ ...before, n: at + 1 });
    }
  });
});

describe("of modes, one that was lowered and raised", () => {
  const mode = (change: Pick<ModeStatement, "n" | "mode" | "person">, inForce: boolean): ModeChange => {
    const whole = { company: "acme", policy: "quoting", reason: "because", at: AT, ...change };
    const signature = signWords(modeWords(whole), keyOf(change.person));
    return { ...whole, inForce, role: "ops-engineer", signature };
  };
  const lowered = { ...mode({ n: 1, mode: "off", person: "ola" }, true), signature: null };
  const raises = [mode({ n: 2, mode: "led", person: "ola" }, false), mode({ n: 3, mode: "led", person: "lee" }, true)];

  test("holds as it was signed; to lower one takes no signature", () => {
    const { standing, problems } = verifyModes(noModes, [lowered, ...raises], signers);
    expect([standing.policies["quoting"]?.mode, problems]).toEqual(["led", []]);
  });

  test.for(Object.keys(flaws) as (keyof typeof flaws)[])("no raise of it counts %s", (flaw) => {
    for (const [at, change] of raises.entries()) {
      const before = verifyModes(noModes, [lowered, ...raises.slice(0, at)], signers).standing;
      const { standing, problems } = verifyModes(before, [flaws[flaw](change)], signers);
      expect(problems).toEqual([expect.stringMatching(new RegExp(`^change ${at + 2} .* does not count: `))]);
      expect(standing).toEqual({ ...before, n: at + 2 });
    }
  });
});
