import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, beginning, type Standing } from "../../releases/history.ts";
import { releaseActions, SET_UP } from "../../domain/policy-release.ts";

const WHOLE = 1_000_000;
const AT = "2026-03-02T09:00:00.000Z";
const names = ["r1", "r2", "r3", "r4"];
const people = ["ola", "lee", "kim", SET_UP];

const anyChange = fc.record({
  action: fc.constantFrom(...releaseActions),
  release: fc.constantFrom(...names),
  parent: fc.constantFrom(null, ...names),
  canaryPpm: fc.constantFrom(100_000, WHOLE),
  person: fc.constantFrom(...people),
  alone: fc.boolean(),
  replaces: fc.constantFrom(null, ...names),
  at: fc.constant(AT),
});
type Change = { -readonly [K in keyof Parameters<typeof advance>[1]]: Parameters<typeof advance>[1][K] };

/** Plays changes one after another; those that do not fit are passed over. Answers the standing and what was taken. */
function play(changes: readonly Omit<Change, "n">[]): { standing: Standing; taken: readonly Change[] } {
  const taken: Change[] = [];
  let standing = beginning;
  for (const change of changes) {
    // Mostly changes that could fit, so that histories get somewhere.
    const parent = change.action === "apply" ? standing.inForce : (standing.parents[change.release] ?? null);
    const replaces = change.replaces === "r4" ? "r4" : (standing.pending?.release ?? null);
    const fitting = { parent: change.parent === "r4" ? "r4" : parent, replaces };
    const numbered = { ...change, ...fitting, n: standing.n + 1 };
    const advanced = advance(standing, numbered);
    if (advanced.kind === "misfit") continue;
    standing = advanced.standing;
    taken.push(numbered);
  }
  return { standing, taken };
}

const histories = fc.array(anyChange, { maxLength: 40 });

describe("whatever is tried, in any order", () => {
  test("what is in force without anything to prove had two people, or was the set-up's first", () => {
    fc.assert(
      fc.property(histories, (changes) => {
        const { standing, taken } = play(changes);
        if (standing.inForce === null || standing.steps.length > 0) return;
        const signers = new Set(taken.filter(({ n }) => n <= standing.n).map(({ person }) => person));
        const bySetUp = taken[0]?.person === SET_UP && taken[0].release === standing.inForce;
        expect(signers.size >= 2 || bySetUp).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a change by one person alone either waits, is a step to be proved, or lets less be in force", () => {
    fc.assert(
      fc.property(histories, anyChange, (changes, change) => {
        const { standing: before } = play(changes);
        const numbered = { ...change, person: "max", n: before.n + 1 };
        const advanced = advance(before, numbered);
        if (advanced.kind === "misfit" || advanced.standing.inForce === before.inForce) return;
        const after = advanced.standing;
        const passed = before.pending?.release === change.release && before.pending.person !== "max";
        const went = before.canary?.release === change.release;
        const proved = after.steps.length > before.steps.length;
        expect(passed || went || proved).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("nobody lets their own proposal pass, and the set-up nothing at all", () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...names), fc.constantFrom(100_000, WHOLE), (changes, release, ppm) => {
        const { standing } = play(changes);
        const { pending, canary } = standing;
        const own = { action: "promote", release, canaryPpm: ppm, replaces: null, alone: true, at: AT } as const;
        const parent = standing.parents[release] ?? null;
        const waits = pending?.action === "apply" && pending.release === release && canary?.release !== release;
        const person = waits ? pending.person : SET_UP;
        expect(advance(standing, { ...own, n: standing.n + 1, parent, person }).kind).toBe("misfit");
        expect(advance(standing, { ...own, n: standing.n + 1, parent, person: SET_UP }).kind).toBe("misfit");
      }),
      { numRuns: 2_000 },
    );
  });

  test("an apply takes the place of what waits by its own word alone, and who had asked for that is told", () => {
    let met = 0;
    fc.assert(
      fc.property(histories, anyChange, fc.boolean(), (changes, change, says) => {
        const { standing: before } = play(changes);
        if (before.pending === null) return;
        const replaces = says ? before.pending.release : change.replaces;
        const apply = { ...change, action: "apply", parent: before.inForce, replaces, n: before.n + 1 } as const;
        const advanced = advance(before, { ...apply, person: "max" });
        const { release, person } = before.pending;
        const by = { n: apply.n, release: apply.release, person: "max", at: AT };
        const isSaid = replaces === release;
        met += Number(isSaid);
        const came = advanced.kind === "misfit" ? advanced.code : advanced.standing.displaced.at(-1);
        expect(came).toEqual(isSaid ? { release, person, by } : "release-waits");
      }),
      { numRuns: 2_000 },
    );
    expect(met).toBeGreaterThan(100);
  });

  test("what waits is lost to nobody unseen: it is answered, or its author is told until they act again", () => {
    fc.assert(
      fc.property(histories, anyChange, (changes, change) => {
        const { standing: before } = play(changes);
        const { standing: after, taken } = play([...changes, change]);
        const { pending } = before;
        if (pending === null || after.pending === pending || after.n === before.n) return;
        const last = taken.at(-1);
        const isAnswered = last?.action !== "apply" && last?.release === pending.release;
        const isTold = after.displaced.some(({ by, person }) => by.n === after.n && person === pending.person);
        expect([isAnswered || last?.person === pending.person || isTold, isAnswered && isTold]).toEqual([true, false]);
        expect(after.displaced.some(({ person }) => person === last?.person)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("at most one canary runs, and it follows what is in force", () => {
    fc.assert(
      fc.property(histories, (changes) => {
        const { standing } = play(changes);
        if (standing.canary === null) return;
        expect(standing.parents[standing.canary.release] ?? null).toBe(standing.inForce);
      }),
      { numRuns: 2_000 },
    );
  });
});
