import { describe, expect, test } from "vitest";
import { replayAgents } from "../../proof/replay/agent.ts";
import { textAt, objectAt } from "../../audit/story/loose.ts";
import { caseNames, readCase, readShared } from "./cases.ts";
import { replayDecisionsIn } from "./golden.ts";

/**
 * What guardrails and agents made of a working day's cases, they make of them still. A case that fails here says that the
 * meaning of code changed for what is recorded: take it back, or record anew on purpose (`record-cases.ts`).
 */

const { policies, prompts } = readShared();
const names = caseNames();
const bodies = names.flatMap(readCase).filter(({ kind }) => kind === "decision");

test("the recorded day has every verdict, an approval, both functions and what follows from them", () => {
  expect(names).toHaveLength(9);
  expect(new Set(bodies.map(({ body }) => textAt(body, "verdict")))).toEqual(new Set(["execute", "escalate", "block"]));
  expect(bodies.some(({ body }) => textAt(body, "approvalId") !== "")).toBe(true);
  const ids = bodies.map(({ body }) => textAt(objectAt(body, "policy"), "id"));
  expect(new Set(ids)).toEqual(new Set(["quoting", "deal-registration", "crm-note", "write-back"]));
});

describe("of a recorded working day", () => {
  test.for(names)("%s: every decision comes out again, byte for byte", async (name) => {
    const records = readCase(name);
    const file = { company: "acme", caseId: records[0]?.caseId ?? "", records, policies, intact: true };
    const outcomes = await replayDecisionsIn(file);
    expect(outcomes.length).toBeGreaterThan(0);
    for (const { decisionId, outcome } of outcomes)
      expect({ decisionId, outcome }).toEqual({ decisionId, outcome: { kind: "same" } });
  });

  test.for(names)("%s: the agents' proposal and review come out again, byte for byte", async (name) => {
    const records = readCase(name);
    const byAgents = records.filter(
      ({ kind, body }) => kind === "proposal" && textAt(objectAt(body, "chain"), "origin") === "agents",
    );
    expect(byAgents).toHaveLength(1);
    for (const proposal of byAgents) {
      expect((await replayAgents(proposal, { records, prompts })).outcome).toEqual({ kind: "same" });
    }
  });
});
