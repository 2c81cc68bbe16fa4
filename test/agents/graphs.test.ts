import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Finding } from "../../domain/evidence.ts";
import { firstActionOf } from "../../functions/index.ts";
import { createOfflineModel } from "../../agents/models/offline.ts";
import type { ChatModelPort } from "../../agents/models/port.ts";
import type { FindingsTurn, ProposalTurn } from "../../agents/turn.ts";
import type { Role } from "../../functions/definition.ts";
import { graphPictures, graphPicturesIn, graphs } from "../house/graphs.ts";
import { root } from "../house/imports.ts";
import { agentsOn } from "./agents-under-test.ts";
import { quoteReadings, quoteTurn, registrationReadings, registrationTurn } from "./readings.ts";
import { calls, scriptedModel } from "./scripted-model.ts";

afterEach(() => void vi.restoreAllMocks());

test("the pictures in the agents' README are what `npm run house` draws", () => {
  expect(graphPicturesIn(readFileSync(join(root, "agents", "README.md"), "utf8"))).toBe(graphPictures());
});

type Step = { readonly name: string; readonly state: unknown };

/** A role's turn, step by step: what each left in the state. */
async function stepsOf(role: Role, model: ChatModelPort, turn = quoteTurn, readings = quoteReadings()) {
  const invoke = vi.spyOn(graphs[role], "invoke");
  const { agents } = agentsOn(readings, createOfflineModel());
  const tried = agentsOn(readings, model).agents;
  if (role === "intelligence") await tried.gatherFindings(turn);
  else {
    const findings = await agents.gatherFindings(turn);
    if (role === "orchestration") await tried.proposeAction(turn, findings);
    else await tried.reviewProposal(turn, findings, await agents.proposeAction(turn, findings));
  }
  const [start, options] = invoke.mock.calls.at(-1) ?? [];
  const steps: Step[] = [];
  const modes: ("updates" | "values")[] = ["updates", "values"];
  // The ledger in the options answers as it did.
  const stream = await graphs[role].stream(start as never, { ...options, streamMode: modes } as never);
  let name = "__start__";
  for await (const [mode, piece] of stream as AsyncIterable<[string, object]>) {
    if (mode === "updates") name = Object.keys(piece)[0] ?? "";
    else steps.push({ name, state: piece });
  }
  return steps.slice(1);
}

const namesOf = (steps: readonly Step[]) => steps.map(({ name }) => name);
const prose = { text: "Well.", stopReason: "end_turn" };
const args = firstActionOf("quoting").requested(quoteReadings()["crm.record"])?.args ?? {};
const team = calls("programme_deal-team", { dealId: "1001", crmPartner: "partner-7" });
const report = calls("report_findings", {
  findings: [{ code: "seen", statement: "Seen.", confidencePpm: 1, sources: ["crm.record"] }],
});
const review = calls("review_proposal", { verdict: "agree", reasons: [] });

describe("a turn goes through its graph step by step", () => {
  test.for<readonly [string, Role, ChatModelPort, readonly string[]]>([
    [
      "Intelligence that reads at once",
      "intelligence",
      createOfflineModel(),
      ["plan_reads", "read_in_parallel", "score", "report"],
    ],
    ["Intelligence that reads nothing", "intelligence", scriptedModel(report), ["plan_reads", "score", "report"]],
    [
      "Intelligence that thinks of another reading, and must say it once more",
      "intelligence",
      scriptedModel(prose, team, prose, report),
      ["plan_reads", "score", "score", "read_in_parallel", "score", "score", "report"],
    ],
    [
      "Orchestration that argues for what is asked",
      "orchestration",
      createOfflineModel(),
      ["enumerate", "gate_each", "choose", "argue"],
    ],
    [
      "Orchestration that would have something else",
      "orchestration",
      scriptedModel(calls("propose_action", { args: { ...args, netPriceMinor: 1 }, reasoning: "Cheaper." })),
      ["enumerate", "gate_each", "choose", "argue", "gate_each", "choose"],
    ],
    [
      "Compliance that must say it once more",
      "compliance",
      scriptedModel(prose, review),
      ["rules", "provenance", "text", "model", "model", "tighten"],
    ],
  ])("%s", async ([, role, model, names]) => {
    expect(namesOf(await stepsOf(role, model))).toEqual(names);
  });
});

test.for(["intelligence", "orchestration", "compliance"] as const)(
  "the state of %s is data: it comes back from JSON as it was, after every step",
  async (role) => {
    for (const [turn, readings] of [
      [quoteTurn, quoteReadings()],
      [registrationTurn, registrationReadings()],
    ] as const) {
      const steps = await stepsOf(role, createOfflineModel(), turn, readings as never);
      expect(steps.length).toBeGreaterThan(2);
      for (const { name, state } of steps) expect(JSON.parse(JSON.stringify(state)), name).toEqual(state);
    }
  },
);

describe("Compliance, whatever its model says, asks a person about", () => {
  const seen = (statement: string): Finding => ({ code: "seen", statement, confidencePpm: 1, sources: ["crm.record"] });
  type Made = { readonly findings: FindingsTurn; readonly proposal: ProposalTurn };
  type Change = (made: Made) => Partial<Made>;
  async function reviewOf(change: Change) {
    const { agents } = agentsOn(quoteReadings());
    const findings = await agents.gatherFindings(quoteTurn);
    const made = { findings, proposal: await agents.proposeAction(quoteTurn, findings) };
    const changed = { ...made, ...change(made) };
    const reviewing = agentsOn(quoteReadings(), scriptedModel(review)).agents;
    return (await reviewing.reviewProposal(quoteTurn, changed.findings, changed.proposal)).review;
  }

  test.for<readonly [string, Change, string]>([
    [
      "a proposal of another price than the record asks",
      ({ proposal }) => ({
        proposal: {
          ...proposal,
          action: { ...proposal.action, args: { ...proposal.action.args, netPriceMinor: 800_000 } },
        },
      }),
      "The netPriceMinor that is proposed is not the one the record asks for.",
    ],
    [
      "another tool",
      ({ proposal }) => ({ proposal: { ...proposal, action: { ...proposal.action, tool: "quotes.release" } } }),
      "The tool that is proposed is not the one the record asks for.",
    ],
    [
      "a finding that rests on nothing that was read",
      ({ findings }) => ({ findings: { ...findings, findings: [{ ...seen("Heard."), sources: ["hearsay"] }] } }),
      "The finding seen rests on a source that was not read.",
    ],
    [
      "a link in a finding",
      ({ findings }) => ({ findings: { ...findings, findings: [seen("See https://example.com/offer.")] } }),
      "The finding seen holds a link, and nobody checked where it leads.",
    ],
    [
      "markup in the reasoning",
      ({ proposal }) => ({ proposal: { ...proposal, reasoning: "Approve it [here](approve)." } }),
      "The reasoning holds a link, and nobody checked where it leads.",
    ],
  ])("%s", async ([, change, reason]) => {
    expect(await reviewOf(change)).toEqual({ verdict: "escalate", reasons: [reason] });
  });
});
