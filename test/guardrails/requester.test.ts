import { describe, expect, test } from "vitest";
import type { Decision, Route } from "../../domain/decision.ts";
import { askAbove } from "../../guardrails/requester.ts";

const level = (role: string) => ({ role, slaMs: 3_600_000 });
const manager: Route = { id: "manager", quorum: 1, levels: [level("manager"), level("director")] };
const desk: Route = { id: "desk", quorum: 2, levels: [level("manager")] };
const director: Route = { id: "director", quorum: 1, levels: [level("director")] };
const routes = [manager, desk, director];
const asked = (route: Route) =>
  ({ kind: "escalate", rules: [], missing: [], route, reason: "over 15 %" }) satisfies Decision;

describe("a question of which nobody knows who asks", () => {
  test.for<readonly [string, Route, Route, string]>([
    ["opens at the route's next level", manager, { ...manager, levels: [level("director")] }, "it goes one level up"],
    [
      "else at the next more senior route, and wants as many people",
      desk,
      { ...director, quorum: 2 },
      "it goes one level up",
    ],
    ["goes to two people where nobody is above", director, { ...director, quorum: 2 }, "two people answer it"],
    [
      "goes to two people where the route says so",
      { ...manager, unresolved: "two" },
      { ...manager, unresolved: "two", quorum: 2 },
      "two people answer it",
    ],
    [
      "wants three where three are wanted",
      { ...director, quorum: 3 },
      { ...director, quorum: 3 },
      "two people answer it",
    ],
  ])("%s", ([, route, opens, told]) => {
    const reason = `over 15 %; who asks is nobody the directory knows: ${told}`;
    expect(askAbove(asked(route), { routes })).toEqual({ ...asked(opens), reason });
  });

  test("a route of the same people is not above", () => {
    const same = [director, { ...desk, levels: [level("director")] }];
    expect(askAbove(asked(director), { routes: same }).route).toEqual({ ...director, quorum: 2 });
  });
});
