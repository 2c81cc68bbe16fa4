import { randomBytes } from "node:crypto";
import { createAgents, type Agents, type TurnInput } from "../../agents/agents.ts";
import { silentModel } from "../../agents/models/silent.ts";
import type { Prompts } from "../../agents/prompts/index.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { Evidence } from "../../domain/evidence.ts";
import { functionOfAction, recordToolOf } from "../../functions/index.ts";
import { turnKeyOf } from "../../domain/model-call.ts";
import type { TurnCitation } from "../../domain/proposal.ts";
import type { ReadTool } from "../../tools/read-tool.ts";
import { digestOf } from "../../audit/digest.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { textAt } from "../../audit/story/loose.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import type { Replayed } from "./guardrail.ts";
import { recordedAnswers, recordedTurn, type RecordedTurn } from "./recorded-turns.ts";

export type AgentRecords = {
  /** The records of the case. */
  readonly records: readonly AuditRecord[];
  /** The prompts that its turns cite. */
  readonly prompts: readonly AuditRecord[];
};

/** The agents set up with what is recorded of one step. */
export type Stage = ReturnType<typeof createStage>;
const roles = ["intelligence", "orchestration", "compliance"] as const;
type Role = (typeof roles)[number];

/** The recorded turns of the proposal's step, or why there is no replaying them. */
export function stageOf(
  { company, caseId, at, body }: AuditRecord,
  { records, prompts }: AgentRecords,
  shipped: Prompts | undefined,
): Stage | Replayed {
  const stepKey = textAt(body, "stepKey");
  const made = functionOfAction(textAt(body, "actionId"));
  if (made === undefined) return { kind: "cannot", why: "no function makes this proposal any more" };
  const isReviewed = records.some(({ key }) => key === recordKeys.review(stepKey));
  const turns = new Map<Role, RecordedTurn>();
  for (const role of isReviewed ? roles : roles.slice(0, 2)) {
    const turn = recordedTurn(records, prompts, recordKeys.turn(turnKeyOf(stepKey, role)));
    if ("kind" in turn) return turn;
    turns.set(role, turn);
  }
  const evidence = turns.get("intelligence")?.evidence;
  if (evidence === undefined) return { kind: "cannot", why: "what the agents read is not recorded" };
  const { type: objectType } = made.subject;
  const read = evidence.find(({ source }) => source.source === recordToolOf(made.id))?.source.ref ?? "";
  const objectId = read.startsWith(`${objectType}/`) ? read.slice(objectType.length + 1) : "recorded";
  const names = { company, caseId, stepKey, functionId: made.id, action: textAt(body, "actionId") };
  const input = { ...names, objectType, objectId, at };
  return createStage(input, turns, evidence, shipped);
}

/** Today's agents, each with the answers of its own recorded turn and all with the recorded readings. */
function createStage(
  input: TurnInput,
  turns: ReadonlyMap<Role, RecordedTurn>,
  evidence: readonly Evidence[],
  shipped: Prompts | undefined,
) {
  const readTools = toolsOn(evidence);
  const played = [...turns.values()].map((turn) => {
    const answers = recordedAnswers(turn);
    const model = silentModel(turn);
    const given = shipped === undefined ? {} : { prompts: shipped };
    const agents = createAgents({ model, ledger: answers.ledger, readTools, digest: digestOf, ...given });
    return { turn, answers, agents };
  });
  const of = (role: Role) => {
    const found = played.find(({ turn }) => turn.role === role);
    if (found === undefined) throw new Error(`no turn of ${role} is recorded`);
    return found;
  };
  return {
    input,
    agents: (role: Role): Agents => of(role).agents,
    /** The turn as it is cited: under the recorded prompt, with what was asked. */
    cited({ prompt: _shipped, ...citation }: TurnCitation): TurnCitation {
      const { turn, answers } = of(citation.role);
      const { prompt, promptDigest, standIn } = turn;
      const asked = { promptDigest, requestDigests: [...answers.asked] };
      return { ...citation, ...asked, ...(prompt && { prompt }), ...(standIn && { standIn }) };
    },
    reviews: turns.has("compliance"),
    otherwise: () => played.map(({ answers }) => answers.otherwise()).find((what) => what !== undefined),
    notes: () => played.flatMap(({ turn, answers }) => changedPrompt(turn, answers.shipped())),
  };
}

function changedPrompt({ role, promptDigest }: RecordedTurn, shipped: string | undefined): string[] {
  if (shipped === undefined || shipped === promptDigest) return [];
  return [
    `${role}: recorded under prompt ${promptDigest.slice(0, 12)}, shipped is ${shipped.slice(0, 12)}; replayed under the recorded one`,
  ];
}

/** The real reading tools, of which each answers what was read then. The pool is never connected. */
function toolsOn(evidence: readonly Evidence[]): readonly ReadTool[] {
  const unused = createLedgerPool("", randomBytes(32));
  const none = () => "";
  return Object.values(createReadTools(unused, embeddedAdapters(unused, none), none)).map((tool) => ({
    ...tool,
    read: (_company, args) => {
      const taken = evidence.filter(({ source }) => source.source === tool.name);
      const isOf = ({ source }: Evidence) => Object.values(args).every((arg) => source.ref.includes(arg));
      return Promise.resolve(taken.length > 1 ? taken.find(isOf) : taken[0]);
    },
  }));
}
