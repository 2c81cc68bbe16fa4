import type { Agents } from "../../agents/agents.ts";
import { AgentFault } from "../../agents/fault.ts";
import type { FindingsTurn, ProposalTurn, ReviewTurn, TurnInput } from "../../agents/turn.ts";
import type { KeptCall, TurnCalls } from "../../audit/ledgers/model-turns.ts";
import { createPromptBook, recordGivenUp, type TakenTurn } from "../../audit/ledgers/turn-record.ts";
import { readAgentStop } from "../../audit/ledgers/controls.ts";
import { recordProposal } from "../../audit/ledgers/turns.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { readRecord, type LedgerPool } from "../../audit/records.ts";
import { textAt } from "../../audit/story/loose.ts";
import { faultText } from "../../audit/story/turn-words.ts";
import { agentsProposal } from "../../deciding/agents-proposal.ts";
import { readEvidence, type ReadTools } from "../../deciding/evidence.ts";
import { noticedIn } from "../../deciding/noticed.ts";
import type { Role } from "../../functions/definition.ts";
import { functionOf, isWhole, ownActionOf, recordToolOf, versionRestedOn, isMoot } from "../../functions/index.ts";
import { agentRoles, stoppedText } from "../../domain/control.ts";
import type { RefusalCode } from "../../domain/refusal.ts";
import { keepRefusal } from "../../deciding/refused.ts";
import { turnKeyOf } from "../../domain/model-call.ts";
import type { DoneTurn, StepWatch } from "../../agents/turn.ts";
import { costMicroUsdOf, type Prices } from "../../domain/model-prices.ts";
import type { AgentActivities, LedgerActivities, Proposed, StepRef } from "../../workflows/activities.ts";
import { isLastAttempt, turnsOf } from "./agent-turn.ts";
import { endedByUnknownName, type UnknownNameAlarm } from "./unknown-name.ts";

type AgentDeps = {
  readonly pool: LedgerPool;
  readonly agents: Agents;
  readonly turnCalls: TurnCalls;
  readonly prices: Prices;
};

/**
 * The agents' turns of one step, and everything they leave in one transaction; only names travel. Each model call is
 * durable by itself: an attempt that comes after another one pays for nothing twice.
 */
export function createAgentActivities({ pool, agents, turnCalls, prices }: AgentDeps): AgentActivities {
  const prompts = createPromptBook(pool);
  /** The answer of a turn; where it is given up for good, what was tried for it is recorded first. */
  async function told<T>(step: TurnInput, role: Role, work: () => Promise<T>): Promise<T> {
    try {
      await mayWork(pool, step.company, role);
      return await work();
    } catch (error) {
      if (!(error instanceof AgentFault) || (error.retryable && !isLastAttempt())) throw error;
      if (error.tried.length === 0 && error.code !== "AGENT_STOPPED") throw error;
      const turnKey = turnKeyOf(step.stepKey, role);
      const calls = turnCalls.take(turnKey);
      const { code: fault, tried } = error;
      await recordGivenUp(
        pool,
        step,
        { turnKey, role, fault, tried, calls, costMicroUsd: costOf(prices, calls, step.at) },
        step.at,
      );
      throw error;
    }
  }

  /** Compliance's turn, or undefined when it cannot review and will not be able to. */
  async function reviewed(
    turn: TurnInput,
    findings: FindingsTurn,
    proposal: ProposalTurn,
    watch: StepWatch,
  ): Promise<ReviewTurn | undefined> {
    try {
      return await told(turn, "compliance", () => agents.reviewProposal(turn, findings, proposal, watch));
    } catch (error) {
      if ((error instanceof AgentFault && !error.retryable) || isLastAttempt()) return undefined;
      throw error;
    }
  }

  /** A turn with what it asked, once the prompt it cites is durable. */
  async function taken({ company }: StepRef, { citation, work }: DoneTurn, at: string): Promise<TakenTurn> {
    const calls = turnCalls.take(citation.turnKey);
    const turn = { citation, calls, work, costMicroUsd: costOf(prices, calls, at) };
    await prompts.publish(company, turn, at);
    return turn;
  }

  return {
    proposeByAgents: (step, at) =>
      turnsOf(async (watch) => {
        try {
          const turn = { ...step, at };
          const findings = await told(turn, "intelligence", () => agents.gatherFindings(turn, watch));
          const proposal = await told(turn, "orchestration", () => agents.proposeAction(turn, findings, watch));
          const review = await reviewed(turn, findings, proposal, watch);
          const draft = agentsProposal(step, findings, proposal, at);
          await recordProposal(pool, step, draft, {
            intelligence: { ...(await taken(step, findings, at)), evidence: findings.evidence },
            orchestration: await taken(step, proposal, at),
            ...(review && { compliance: { ...(await taken(step, review, at)), review: review.review } }),
          });
        } finally {
          // What an attempt that failed had asked is not held for one that may come elsewhere.
          for (const role of agentRoles) turnCalls.take(turnKeyOf(step.stepKey, role));
        }
      }),
  };
}

/** Asked before every turn: an agent that was stopped since does not begin it. */
async function mayWork(pool: LedgerPool, company: string, role: Role): Promise<void> {
  const by = await readAgentStop(pool, company, role);
  if (by !== undefined) throw new AgentFault("AGENT_STOPPED", stoppedText(by));
}

/** What calls cost together by the prices of `at`; undefined where the price of one is not known. */
function costOf(prices: Prices, calls: readonly KeptCall[], at: string): number | undefined {
  const costs = calls.map(({ model, offline, usage }) => costMicroUsdOf(prices, model, offline, usage, at));
  return costs.every((cost) => cost !== undefined) ? costs.reduce((sum, cost) => sum + cost, 0) : undefined;
}

type FallbackDeps = {
  readonly pool: LedgerPool;
  readonly readTools: ReadTools;
  readonly unknownName: UnknownNameAlarm;
};

/** The proposal that no model makes: the request as it stands. */
export function createPropose({
  pool,
  readTools,
  unknownName,
}: FallbackDeps): Pick<LedgerActivities, "proposeAsRequested"> {
  async function asRequested(step: StepRef, at: string): Promise<Exclude<Proposed, { kind: "nothing" }> | Nothing> {
    const { objectType, objectId } = step;
    const definition = functionOf(step.functionId);
    const own = ownActionOf(step.functionId, step.action);
    const readings = await readEvidence(readTools, own, step);
    const record = readings[recordToolOf(step.functionId)];
    if (isMoot(step.functionId, own, record?.value)) return { kind: "moot" };
    if (record === undefined)
      return nothing("no-record", `${definition.subject.system} has no ${objectType} \`${objectId}\``);
    const action = own.requested(record.value, readings);
    if (action === undefined) return nothing("asks-nothing", `${objectType} \`${objectId}\` asks for nothing`);
    const why = await whyAgentsGaveUp(pool, step);
    const reasoning = isWhole(own, action.args)
      ? `The agents could not work on this request${why}, so it is put to people exactly as it was asked.`
      : "Not everything that is asked can be read, so it is put to people as far as it can.";
    const sources = Object.values(readings).map(({ source }) => source);
    const noticed = noticedIn(Object.values(readings));
    const chain = { findings: [], sources, reasoning, turns: [], origin: "as-requested" as const, ...noticed };
    const recordVersion = versionRestedOn(step.functionId, own, sources);
    await recordProposal(pool, step, { actionId: own.id, action, recordVersion, chain, at });
    return { kind: "proposed" };
  }

  return {
    async proposeAsRequested(step, at) {
      const proposed = await endedByUnknownName(
        step,
        unknownName,
        () => asRequested(step, at),
        (reason) => nothing("unknown-name", reason),
      );
      if (proposed.kind !== "nothing") return proposed;
      await keepRefusal(pool, step, proposed.reason, at);
      return { kind: "nothing", code: proposed.code };
    },
  };
}

/** What kept the agents from a step, as its record tells it: `: the budget of models is spent`; empty where it tells nothing. */
async function whyAgentsGaveUp(pool: LedgerPool, { company, stepKey }: StepRef): Promise<string> {
  for (const role of ["intelligence", "orchestration"] as const) {
    const given = await readRecord(pool, company, recordKeys.givenUp(turnKeyOf(stepKey, role)));
    const fault = given === undefined ? "" : textAt(given.body, "fault");
    if (fault === "") continue;
    const turn = fault === "AGENT_STOPPED" ? role : textAt(given?.body ?? {}, "model");
    return ` (${turn}: ${faultText(fault)})`;
  }
  return "";
}

type Nothing = { readonly kind: "nothing"; readonly code: RefusalCode; readonly reason: string };

function nothing(code: RefusalCode, reason: string): Nothing {
  return { kind: "nothing", code, reason };
}
