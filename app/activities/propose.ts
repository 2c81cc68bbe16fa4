import { ApplicationFailure } from "@temporalio/activity";
import type { z } from "zod";
import type { Agents, TurnInput } from "../../agents/agents.ts";
import { AgentFault, agentFaultCodes } from "../../agents/fault.ts";
import type { TurnCalls } from "../../audit/ledgers/model-turns.ts";
import { createPromptBook } from "../../audit/ledgers/turn-record.ts";
import { readFindings, readForReview, recordProposal, recordReview, storeFindings } from "../../audit/ledgers/turns.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { StepDecisionReading } from "../../functions/shared/crm-note.ts";
import { firstActionOf, functionOf } from "../../functions/index.ts";
import type { JsonObject } from "../../domain/json.ts";
import { turnKeyOf } from "../../domain/model-call.ts";
import type { TurnCitation } from "../../domain/proposal.ts";
import { owedActionOf } from "../../functions/owed-actions.ts";
import { writeBack, writeBackValue } from "../../functions/shared/write-back.ts";
import type { AgentActivities, LedgerActivities, StepRef } from "../../workflows/activities.ts";
import { agentsProposal } from "../../deciding/agents-proposal.ts";
import type { ReadTools } from "../../deciding/evidence.ts";
import { withHeartbeat } from "./heartbeat.ts";

type AgentDeps = {
  readonly pool: LedgerPool;
  readonly agents: Agents;
  readonly turnCalls: TurnCalls;
  readonly now: () => string;
};

/** One model turn per activity. Each leaves its output in the ledger under the step; only names travel. */
export function createAgentActivities({ pool, agents, turnCalls, now }: AgentDeps): AgentActivities {
  const prompts = createPromptBook(pool);

  /** What a turn asked, with the prompt it cites made durable first. */
  async function callsOf({ company, stepKey }: StepRef, citation: TurnCitation, at: string) {
    const calls = turnCalls.take(turnKeyOf(stepKey, citation.role));
    await prompts.publish(company, citation, calls, at);
    return calls;
  }

  const turnOf = ({ company, caseId, stepKey, functionId, objectType, objectId }: StepRef): TurnInput => ({
    company,
    caseId,
    stepKey,
    functionId,
    objectType,
    objectId,
  });

  async function findingsOf(step: StepRef) {
    const findings = await readFindings(pool, step.company, step.stepKey);
    if (findings === undefined) throw new Error(`no findings for step \`${step.stepKey}\``);
    return findings;
  }

  return {
    gatherFindings: (step) =>
      turn(async () => {
        const findings = await agents.gatherFindings(turnOf(step));
        const at = now();
        await storeFindings(pool, step, findings, { calls: await callsOf(step, findings.citation, at), at });
      }),

    proposeAction: (step, at) =>
      turn(async () => {
        const findings = await findingsOf(step);
        const proposal = await agents.proposeAction(turnOf(step), findings);
        const draft = agentsProposal(step.functionId, findings, proposal, at);
        await recordProposal(pool, step, draft, await callsOf(step, proposal.citation, at));
      }),

    reviewProposal: (step, at) =>
      turn(async () => {
        const { findings, action, reasoning } = await readForReview(pool, step.company, step.stepKey);
        const { review, citation } = await agents.reviewProposal(turnOf(step), findings, { action, reasoning });
        const calls = await callsOf(step, citation, at);
        await recordReview(pool, step, { review, turn: citation, at }, calls);
      }),
  };
}

/** Maps an agent's fault to Temporal's: terminal ones end the turn, the rest come back when the model says they may. */
async function turn(work: () => Promise<void>): Promise<void> {
  try {
    await withHeartbeat(work);
  } catch (error) {
    if (!(error instanceof AgentFault)) throw error;
    const { code, message } = error;
    if (agentFaultCodes[code] === "terminal") throw ApplicationFailure.nonRetryable(message, code);
    const nextRetryDelay = error.retryAfterMs;
    throw ApplicationFailure.create({
      message,
      type: code,
      ...(nextRetryDelay === undefined ? {} : { nextRetryDelay }),
    });
  }
}

type FallbackDeps = { readonly pool: LedgerPool; readonly readTools: ReadTools };

/** Proposals that no model makes: the request as it stands, and the report of an outcome. */
export function createPropose({
  pool,
  readTools,
}: FallbackDeps): Pick<LedgerActivities, "proposeAsRequested" | "proposeWriteBack" | "proposeOwed"> {
  return {
    async proposeAsRequested(step, at) {
      const { company, objectType, objectId } = step;
      const definition = functionOf(step.functionId);
      const record = await readTools["crm.record"]?.read(company, { objectType, objectId });
      if (record === undefined) return nothing(`the CRM has no ${objectType} \`${objectId}\``);
      const first = firstActionOf(step.functionId);
      const action = first.requested(record.value);
      if (action === undefined)
        return nothing(`${objectType} \`${objectId}\`: ${whyUnreadable(definition.subject.record, record.value)}`);
      const reasoning = "The agents could not work on this request, so it is put to people exactly as it was asked.";
      const chain = { findings: [], sources: [record.source], reasoning, turns: [], origin: "as-requested" as const };
      const recordVersion = record.source.version;
      await recordProposal(pool, step, { actionId: first.id, action, recordVersion, chain, at });
      return { kind: "proposed" };
    },

    async proposeWriteBack(step, reportsStep, outcome, at) {
      const { functionId, objectType, objectId } = step;
      const value = writeBackValue(functionId, outcome);
      if (value === undefined) return nothing(`\`${outcome}\` is not told to the CRM`);
      const { property } = firstActionOf(functionId).writeBack ?? { property: "" };
      const args: JsonObject = { functionId, objectType, objectId, property, value, reportsStep };
      const action = { tool: writeBack.tool, args };
      const reasoning = `The step ended as ${outcome}; the CRM's ${property} becomes ${value}.`;
      const chain = { findings: [], sources: [], reasoning, turns: [], origin: "follow-up" as const };
      await recordProposal(pool, step, { actionId: writeBack.id, action, recordVersion: "", chain, at });
      return { kind: "proposed" };
    },

    async proposeOwed(step, reportsStep, obligation, at) {
      const reading = await readTools["ledger.step-decision"]?.read(step.company, { stepKey: reportsStep });
      const decided = StepDecisionReading.safeParse(reading?.value);
      if (!decided.success) return nothing(`step \`${reportsStep}\` has no decision to tell of`);
      const { action: owed, args, reasoning } = owedActionOf(obligation);
      const action = { tool: owed.tool, args: args(step, reportsStep, decided.data) };
      const chain = { findings: [], sources: [], reasoning, turns: [], origin: "follow-up" as const };
      await recordProposal(pool, step, { actionId: owed.id, action, recordVersion: "", chain, at });
      return { kind: "proposed" };
    },
  };
}

function nothing(reason: string): { kind: "nothing"; reason: string } {
  return { kind: "nothing", reason };
}

/** Every field that is wrong, by name, with what was expected. Values are not repeated: they may be personal. */
function whyUnreadable(schema: z.ZodType, value: JsonObject): string {
  const parsed = schema.safeParse(value);
  if (parsed.success) return "the request names no action";
  return parsed.error.issues.map(({ path, message }) => `\`${path.join(".")}\`: ${message}`).join("; ");
}
