import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import type { Role } from "../../functions/definition.ts";
import type { ReadTool } from "../../tools/read-tool.ts";
import { createAgents, type Agents, type TurnInput } from "../agents.ts";
import { AgentFault } from "../fault.ts";
import type { ModelLedger } from "../middleware/model-ledger.ts";
import { createOfflineModel } from "../models/offline.ts";
import type { ChatModelPort } from "../models/port.ts";
import type { Prompts } from "../prompts/index.ts";
import type { Outcome } from "./grade.ts";
import type { Task } from "./task.ts";

export type PlayDeps = {
  readonly model: ChatModelPort;
  /** SHA-256 (hex) over canonical JSON. */
  readonly digest: (value: JsonObject) => string;
  readonly prompts: Prompts;
};

/** Keeps nothing: each repetition asks anew. */
const noLedger: ModelLedger = {
  async readThrough(_key, call) {
    return JSON.parse(JSON.stringify((await call()).response)) as JsonObject;
  },
};

const AnyArgs = z.looseObject({});

/** What a worker can read: of a task, only what it says is there. */
function toolsOf({ readings, at, objectType }: Task): ReadTool[] {
  const names = [
    "ledger.first-act",
    "ledger.prices",
    "ledger.claims",
    "ledger.reply",
    "ledger.standing-act",
    ...Object.keys(readings),
  ];
  return names.map((name) => ({
    name,
    description: `reads ${name}`,
    args: AnyArgs,
    async read() {
      const value = readings[name];
      return value && { source: { source: name, ref: `${objectType}/eval`, version: "1", observedAt: at }, value };
    },
  }));
}

/**
 * One turn of a role on a task. The turns before it are the deterministic reasoner's, so that each role answers for its own work. What
 * the model gets wrong is an outcome; a model that does not answer is thrown as `AgentFault`.
 */
export async function played(task: Task, role: Role, repetition: number, deps: PlayDeps): Promise<Outcome> {
  const { functionId, action, objectType, at } = task;
  const caseId = `eval:${functionId}:${task.id}`;
  const turn: TurnInput = {
    company: "eval",
    caseId,
    stepKey: `${caseId}/${repetition}`,
    functionId,
    action,
    objectType,
    objectId: "1001",
    at,
  };
  const common = { ledger: noLedger, readTools: toolsOf(task), digest: deps.digest };
  const tried = createAgents({ ...common, model: deps.model, prompts: deps.prompts });
  const before = createAgents({ ...common, model: createOfflineModel() });
  try {
    return await outcomeOf(task, role, turn, { tried, before });
  } catch (error) {
    if (error instanceof AgentFault && isAnswer(error)) return { kind: "fault", code: error.code };
    throw error;
  }
}

/** Faults that tell of the work, or of the record; all others tell of the line to the model. */
function isAnswer({ code }: AgentFault): boolean {
  return code === "MODEL_ANSWER_UNUSABLE" || code === "MODEL_REFUSED" || code.startsWith("RECORD_");
}

type Pair = { readonly tried: Agents; readonly before: Agents };

async function outcomeOf(task: Task, role: Role, turn: TurnInput, { tried, before }: Pair): Promise<Outcome> {
  if (role === "intelligence") {
    const { findings, evidence } = await tried.gatherFindings(turn);
    return { kind: "findings", findings, read: evidence.map(({ source }) => source.source) };
  }
  const found = await before.gatherFindings(turn);
  const findings = { ...found, findings: task.given?.findings ?? found.findings };
  if (role === "orchestration") {
    const { setAside, reasoning } = await tried.proposeAction(turn, findings);
    return { kind: "proposal", setAside, reasoning };
  }
  const { action, reasoning } = await before.proposeAction(turn, findings);
  const proposal = { action, reasoning: task.given?.reasoning ?? reasoning };
  const { review } = await tried.reviewProposal(turn, findings, proposal);
  return { kind: "review", review };
}
