import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, beginning, endedBy, type Standing } from "../../releases/history.ts";
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
    const ends = endedBy(standing.canary, change.release)?.release ?? null;
    const replaces = change.replaces === "r4" ? "r4" : (standing.pending?.release ?? ends);
    const fitting = { parent: change.parent === "r4" ? "r4" : parent, replaces };
    const numbered = { ...change, ...fitting, n: standing.n + 1 };
    const advanced = advance(standing, numbered);
    if (advanced.kind === "misfit") continue;
    standing = advanced.standing;
    taken.push(numbered);
  }
  return { standing, taken };
}

/** Which canary runs after a change, and what lost its place by it. */
function lostBy(n: number, { canary, displaced }: Standing) {
  return [canary?.release ?? null, displaced.filter(({ by }) => by.n === n)];
}

const histories = fc.array(anyChange, { maxLength: 40 });

const of = { parent: "r1", canaryPpm: WHOLE, replaces: null, alone: false, at: AT } as const;
/** `r1` is in force, and `r2` by ola a canary for 10 %. */
const started: readonly Omit<Change, "n">[] = [
  { ...of, action: "apply", release: "r1", parent: null, person: SET_UP },
  { ...of, action: "apply", release: "r2", canaryPpm: 100_000, person: "ola" },
  { ...of, action: "promote", release: "r2", canaryPpm: 100_000, person: "lee" },
];

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
        if (before.pending === null || (before.canary !== null && before.pending.action === "rollback")) return;
        const replaces = says ? before.pending.release : change.replaces;
        const apply = { ...change, action: "apply", parent: before.inForce, replaces, n: before.n + 1 } as const;
        const advanced = advance(before, { ...apply, person: "max" });
        const { release, person } = before.pending;
        const by = { n: apply.n, release: apply.release, person: "max", at: AT };
        const isSaid = replaces === release;
        met += Number(isSaid);
        const lost = (standing: Standing) =>
          standing.displaced.find(({ was, by: { n } }) => was === "waiting" && n === by.n);
        const came = advanced.kind === "misfit" ? advanced.code : lost(advanced.standing);
        expect(came).toEqual(isSaid ? { was: "waiting", release, person, by } : "release-waits");
      }),
      { numRuns: 2_000 },
    );
    expect(met).toBeGreaterThan(100);
  });

  test("an apply ends a canary by its own word alone, and who had proposed it is told once it ends", () => {
    let met = 0;
    fc.assert(
      fc.property(histories, anyChange, fc.boolean(), (changes, change, says) => {
        const { standing: before } = play([...started, ...changes.slice(0, 8)]);
        const ends = endedBy(before.canary, change.release);
        if (ends === null || before.pending !== null) return;
        const { release, person } = ends;
        const replaces = says ? release : change.replaces;
        const apply = { ...change, action: "apply", parent: before.inForce, replaces, n: before.n + 1 } as const;
        const advanced = advance(before, { ...apply, person: "max" });
        const isSaid = replaces === release;
        met += Number(isSaid);
        const isAtOnce = apply.alone && before.inForce !== null;
        const by = { n: apply.n, release: apply.release, person: "max", at: AT };
        const told = isAtOnce ? [{ was: "canary", release, person, by }] : [];
        const came = advanced.kind === "misfit" ? advanced.code : lostBy(apply.n, advanced.standing);
        const next = apply.canaryPpm < WHOLE ? apply.release : null;
        expect(came).toEqual(isSaid ? [isAtOnce ? next : release, told] : "canary-runs");
      }),
      { numRuns: 2_000 },
    );
    expect(met).toBeGreaterThan(100);
  });

  test("a canary is lost to nobody unseen: it is answered, or its author made or proposed what ended it, or is told", () => {
    fc.assert(
      fc.property(histories, anyChange, (changes, change) => {
        const { standing: before } = play(changes);
        const { standing: after, taken } = play([...changes, change]);
        const { canary, pending } = before;
        const last = taken.at(-1);
        if (
          canary === null ||
          after.canary?.release === canary.release ||
          after.n === before.n ||
          last?.release === canary.release
        )
          return;
        const isAnswer = last?.action !== "apply" && last?.release === pending?.release;
        const knows = last?.person === canary.person || (isAnswer && pending?.person === canary.person);
        expect(
          after.displaced.some(
            ({ was, by, release }) => was === "canary" && by.n === after.n && release === canary.release,
          ),
        ).toBe(!knows);
      }),
      { numRuns: 2_000 },
    );
  });

  test("what waits is lost to nobody unseen: it is answered, or its author is told until they act again", () => {
    fc.assert(
      fc.property(histories, anyChange, (changes, change) => {
        const { standing: before } = play(changes);
        const { standing: after, taken } = play([...changes, change]);
        const { pending } = before;
        if (pending === null || after.pending?.n === pending.n || after.n === before.n) return;
        const last = taken.at(-1);
        const isAnswered = last?.action !== "apply" && last?.release === pending.release;
        const isTold = after.displaced.some(
          ({ was, by, person }) => was === "waiting" && by.n === after.n && person === pending.person,
        );
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

describe("while a canary runs", () => {
  const outcome = (...more: readonly Omit<Change, "n">[]) => {
    let standing = beginning;
    for (const [at, change] of [...started, ...more].entries()) {
      const advanced = advance(standing, { ...change, n: at + 1 });
      if (advanced.kind === "misfit") return advanced.code;
      ({ standing } = advanced);
    }
    const { canary, pending, displaced } = standing;
    return [
      canary?.release ?? null,
      pending?.release ?? null,
      displaced.map(({ was, person, by }) => [was, person, by.n]),
    ];
  };
  const third = { ...of, action: "apply", release: "r3", person: "kim" } as const;

  test.for([
    ["an apply that does not say so is refused", [third], "canary-runs"],
    ["one that says so waits, and the canary runs on", [{ ...third, replaces: "r2" }], ["r2", "r3", []]],
    [
      "it ends once a second person lets that pass, and its author is told",
      [
        { ...third, replaces: "r2" },
        { ...of, action: "promote", release: "r3", person: "lee" },
      ],
      [null, null, [["canary", "ola", 5]]],
    ],
    [
      "one that loosens nothing ends it at once",
      [{ ...third, replaces: "r2", alone: true }],
      [null, null, [["canary", "ola", 4]]],
    ],
    ["the same release for all ends nothing", [{ ...third, release: "r2" }], ["r2", "r2", []]],
    [
      "who takes the place of what was to end it ends it with that",
      [
        { ...third, replaces: "r2" },
        { ...third, release: "r4", replaces: "r3", alone: true, person: "max" },
      ],
      [
        null,
        null,
        [
          ["waiting", "kim", 5],
          ["canary", "ola", 5],
        ],
      ],
    ],
  ] as const)("%s", ([, more, expected]) => {
    expect(outcome(...more)).toEqual(expected);
  });
});
