import { describe, expect, test } from "vitest";
import {
  escalationMoves,
  escalationStates,
  INFO_WAIT_MS,
  isApproved,
  isOutOfReach,
  isStanding,
  mayMove,
  MOST_INFO_WAIT_MS,
  movesTo,
  reachFrom,
  reaches,
  type EscalationMove,
  type EscalationStanding,
  type Reach,
} from "../../domain/escalation.ts";

const statesAfter = (from: EscalationStanding) => escalationStates.filter((to) => movesTo(from, to));
const movesIn = (state: EscalationStanding) => escalationMoves.filter((move) => mayMove(state, move));

describe("a question", () => {
  test.for<[EscalationStanding, readonly EscalationMove[]]>([
    ["open", ["approve", "edit", "reject", "ask", "take", "delegate", "hold", "withdraw"]],
    ["info-requested", ["approve", "edit", "reject", "answer", "take", "delegate", "withdraw"]],
    ["committing", ["undo", "withdraw"]],
    ["approved", []],
    ["executed", []],
    ["rejected", []],
    ["expired", []],
  ])("that is %s may be moved so: %s", ([state, moves]) => expect(movesIn(state)).toEqual(moves));

  test("is moved by people only while it stands", () => {
    for (const state of escalationStates) expect(movesIn(state).length > 0).toBe(isStanding(state));
  });

  test.for<[EscalationStanding, readonly EscalationStanding[]]>([
    ["open", ["open", "info-requested", "committing", "approved", "rejected", "expired", "superseded", "withdrawn"]],
    ["committing", ["open", "approved", "superseded", "withdrawn"]],
    ["approved", ["executed", "execution-failed", "superseded"]],
    ["info-requested", ["open", "info-requested", "committing", "approved", "rejected", "superseded", "withdrawn"]],
  ])("that is %s becomes nothing but %s", ([from, to]) => {
    expect(new Set(statesAfter(from))).toEqual(new Set(to));
  });

  test("whose asking back is not answered is never denied by silence, nor one that was approved", () => {
    for (const state of ["info-requested", "committing", "approved"] as const)
      expect(movesTo(state, "expired")).toBe(false);
  });

  test("comes to no end that can be left, but for an approval, of which something comes", () => {
    const ends = escalationStates.filter((state) => !isStanding(state));
    expect(ends.filter((state) => statesAfter(state).length > 0)).toEqual(["approved"]);
    expect(escalationStates.filter(isApproved)).toEqual(["approved", "executed", "execution-failed"]);
  });

  test("waits three days for what was asked back, and a fortnight at most", () => {
    const days = (ms: number) => ms / (24 * 60 * 60 * 1000);
    expect([INFO_WAIT_MS, MOST_INFO_WAIT_MS].map(days)).toEqual([3, 14]);
  });
});

describe("a question at the second level that two must approve reaches", () => {
  test.for<readonly [string, number | null, number, Reach]>([
    ["somebody there", 1, 2, "now"],
    ["somebody there already, further down", 0, 2, "now"],
    ["somebody further up alone", 2, 2, "later"],
    ["fewer than must approve, wherever they are", 1, 1, "too-few"],
    ["fewer than must approve, further up", 2, 1, "too-few"],
    ["nobody", null, 0, "nobody"],
  ])("%s", ([, firstLevel, people, reach]) => {
    expect(reachFrom({ firstLevel, people }, { level: 1, quorum: 2 })).toBe(reach);
  });

  test("and can pass unless too few are known for that", () => {
    expect(reaches.filter(isOutOfReach)).toEqual(["too-few", "nobody"]);
  });
});
