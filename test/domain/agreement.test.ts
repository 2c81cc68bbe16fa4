import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  agreementStates,
  agreementWords,
  comesAfter,
  transition,
  type Agreement,
  type AgreementEvent,
  type Transition,
} from "../../domain/agreement.ts";

const BEFORE = "2026-03-09T08:59:59.999Z";
const DEADLINE = "2026-03-09T09:00:00.000Z";
const AFTER = "2026-03-09T09:00:00.001Z";
const DIGEST = "d".repeat(64);
const asked: Agreement = {
  digest: DIGEST,
  sides: ["acme", "juniper"],
  expiresAt: DEADLINE,
  state: "asked",
  said: [],
};

const said = (side: string, word: "ok" | "refuse" | "withdraw", at = BEFORE, digest = DIGEST): AgreementEvent => ({
  kind: "said",
  side,
  word,
  at,
  digest,
});
const intend = (at = BEFORE, digest = DIGEST): AgreementEvent => ({ kind: "intend", digest, at });
const lapse = (at: string): AgreementEvent => ({ kind: "lapse", at });
const settle = (as: "done" | "failed" | "unknown"): AgreementEvent => ({ kind: "settle", as });

/** What becomes of it, and what the last event was answered. */
function after(events: readonly AgreementEvent[]): [Agreement["state"], string] {
  let agreement = asked;
  let last = "";
  for (const event of events) {
    const answer = transition(agreement, event);
    last = answer.kind === "not-taken" ? answer.because : answer.kind;
    if (answer.kind === "taken") agreement = answer.agreement;
  }
  return [agreement.state, last];
}

const bothOk = [said("acme", "ok"), said("juniper", "ok")];

test.for<[string, AgreementEvent[], [Agreement["state"], string]]>([
  ["one ok is not enough", [said("acme", "ok")], ["asked", "taken"]],
  ["one ok of each side, in either order, makes it ready", [...bothOk].reverse(), ["ready", "taken"]],
  ["two oks of one side are one", [said("acme", "ok"), said("acme", "ok")], ["asked", "repeated"]],
  [
    "a refusal ends it, also after the other side's ok",
    [said("acme", "ok"), said("juniper", "refuse")],
    ["refused", "taken"],
  ],
  ["what was refused takes no ok", [said("juniper", "refuse"), said("acme", "ok")], ["refused", "ended"]],
  ["a company that is no side has no say", [said("globex", "ok")], ["asked", "no-side"]],
  ["an ok to something else is none", [said("acme", "ok", BEFORE, "e".repeat(64))], ["asked", "other-digest"]],
  ["at the deadline an ok is in time", [said("acme", "ok", DEADLINE)], ["asked", "taken"]],
  ["after it none is", [said("acme", "ok", AFTER)], ["asked", "past-deadline"]],
  ["silence lapses at the deadline", [lapse(DEADLINE)], ["lapsed", "taken"]],
  ["and not before", [lapse(BEFORE)], ["asked", "not-due"]],
  ["what is ready and not acted on lapses too", [...bothOk, lapse(DEADLINE)], ["lapsed", "taken"]],
  ["nobody acts before both agreed", [said("acme", "ok"), intend()], ["asked", "not-ready"]],
  ["nor on something else", [...bothOk, intend(BEFORE, "e".repeat(64))], ["ready", "other-digest"]],
  ["nor after the deadline", [...bothOk, intend(AFTER)], ["ready", "past-deadline"]],
  [
    "either side may withdraw before the intent",
    [...bothOk, said("juniper", "withdraw"), intend()],
    ["withdrawn", "ended"],
  ],
  ["after the intent it is too late", [...bothOk, intend(), said("juniper", "withdraw")], ["intent", "too-late"]],
  ["and an intent does not lapse", [...bothOk, intend(), lapse(AFTER)], ["intent", "too-late"]],
  ["an unknown end is settled later", [...bothOk, intend(), settle("unknown"), settle("done")], ["done", "taken"]],
  ["what is done stays done", [...bothOk, intend(), settle("done"), settle("failed")], ["done", "too-late"]],
  [
    "the first ok is still an ok when it is said again at the end",
    [...bothOk, intend(), settle("done"), said("juniper", "ok")],
    ["done", "repeated"],
  ],
  ["what lapsed is told so again", [lapse(DEADLINE), lapse(AFTER)], ["lapsed", "repeated"]],
  ["and takes no word more", [lapse(DEADLINE), said("acme", "ok")], ["lapsed", "ended"]],
  ["an intent that is told again is the same", [...bothOk, intend(), intend(AFTER)], ["intent", "repeated"]],
  [
    "an end that is told again is the same",
    [...bothOk, intend(), settle("failed"), settle("failed")],
    ["failed", "repeated"],
  ],
  ["nothing is settled that was not begun", [...bothOk, settle("done")], ["ready", "not-ready"]],
])("%s", ([, events, expected]) => expect(after(events)).toEqual(expected));

describe("whatever happens in whatever order", () => {
  const at = fc.constantFrom(BEFORE, DEADLINE, AFTER);
  const digest = fc.constantFrom(DIGEST, DIGEST, "e".repeat(64));
  const event: fc.Arbitrary<AgreementEvent> = fc.oneof(
    fc.record({
      kind: fc.constant("said" as const),
      side: fc.constantFrom("acme", "juniper", "globex"),
      word: fc.constantFrom(...agreementWords, "ok" as const, "ok" as const),
      digest,
      at,
    }),
    fc.record({ kind: fc.constant("lapse" as const), at }),
    fc.record({ kind: fc.constant("intend" as const), digest, at }),
    fc.record({
      kind: fc.constant("settle" as const),
      as: fc.constantFrom("done" as const, "failed" as const, "unknown" as const),
    }),
  );

  test("it goes forward only; what was taken is taken for ever; nobody acts without both", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        let agreement = asked;
        const taken: AgreementEvent[] = [];
        for (const each of events) {
          const answer: Transition = transition(agreement, each);
          if (answer.kind !== "taken") continue;
          const { state } = answer.agreement;
          expect(state === agreement.state || comesAfter(agreement.state, state)).toBe(true);
          expect(state === agreement.state && each.kind !== "said").toBe(false);
          agreement = answer.agreement;
          taken.push(each);
          const oks = taken.filter((one) => one.kind === "said" && one.word === "ok");
          expect(each.kind !== "intend" || (oks.length === 2 && oks.length === taken.length - 1)).toBe(true);
        }
        // Words are never unsaid: each that was taken has the same answer again.
        for (const each of taken.filter(({ kind }) => kind === "said")) {
          expect(transition(agreement, each)).toEqual({ kind: "repeated" });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("a state that leads nowhere takes nothing more", () => {
    for (const state of agreementStates) {
      if (agreementStates.some((next) => comesAfter(state, next))) continue;
      fc.assert(
        fc.property(event, (each) => {
          expect(transition({ ...asked, state }, each).kind).not.toBe("taken");
        }),
      );
    }
  });
});

test("a side that was told late may skip states, and never goes back", () => {
  const skips = (from: Agreement["state"]) => agreementStates.filter((to) => comesAfter(from, to));
  expect(skips("asked")).toEqual(agreementStates.filter((state) => state !== "asked"));
  expect(skips("intent")).toEqual(["unknown", "done", "failed"]);
  expect(skips("unknown")).toEqual(["done", "failed"]);
  for (const end of ["done", "failed", "withdrawn", "refused", "lapsed"] as const) expect(skips(end)).toEqual([]);
});
