import type { RecordDraft } from "../../domain/audit-record.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { TurnCitation } from "../../domain/proposal.ts";
import type { JsonObject } from "../../domain/json.ts";
import { recordKeys } from "../record-keys.ts";
import { appendOnce, type Ledger } from "../records.ts";
import type { KeptCall } from "./model-turns.ts";
import type { StepNames } from "./turns.ts";

/** What of a request is the same for every turn of a role: it is recorded once, under the digest that turns cite. */
const promptFields = ["system", "tools"];

function without(request: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name)));
}

/** One agent's turn as it is recorded: every call with its exact request, but for the prompt that it cites, and answer. */
export type TakenTurn = {
  readonly citation: TurnCitation;
  readonly calls: readonly KeptCall[];
  /** What the turn read, exactly as the sources gave it: a model sees it cleaned and cut. */
  readonly evidence?: readonly Evidence[];
};

/** The record of a turn; none of one that asked no model. `parents` are the keys of what it rests on. */
export function turnRecords(
  { company, caseId, stepKey }: StepNames,
  { citation, calls, evidence }: TakenTurn,
  parents: readonly string[],
  at: string,
): readonly RecordDraft[] {
  if (calls.length === 0) return [];
  const { turnKey, role, model, offline, promptDigest } = citation;
  const body = {
    turnKey,
    stepKey,
    role,
    model,
    offline,
    promptDigest,
    usage: {
      inputTokens: calls.reduce((sum, { usage }) => sum + usage.inputTokens, 0),
      outputTokens: calls.reduce((sum, { usage }) => sum + usage.outputTokens, 0),
    },
    calls: calls.map(({ requestDigest, request, response }) => ({
      requestDigest,
      request: without(request, promptFields),
      // As text: a model may have written numbers that canonical JSON refuses.
      response: JSON.stringify(response),
    })),
    ...(evidence !== undefined && { evidence }),
  };
  return [{ company, caseId, kind: "turn", key: recordKeys.turn(turnKey), at, body, parents }];
}

/** The case that a company's prompts are recorded under. */
export function promptCaseOf(company: string): string {
  return `${company}:prompts`;
}

export function promptKeyOf(company: string, promptDigest: string): string {
  return `${promptCaseOf(company)}/${promptDigest}`;
}

export type PromptBook = {
  /** Records the prompt that a turn used, unless it is recorded already. */
  publish(company: string, turn: TakenTurn, at: string): Promise<void>;
};

/** Asks the database once per prompt and process. */
export function createPromptBook(ledger: Ledger): PromptBook {
  const published = new Set<string>();
  return {
    async publish(company, { citation, calls }, at) {
      const { role, promptDigest } = citation;
      const key = promptKeyOf(company, promptDigest);
      const request = calls[0]?.request;
      if (request === undefined || published.has(key)) return;
      const { system = null, tools = null } = request;
      const body = { role, promptDigest, system, tools };
      await appendOnce(ledger, { company, caseId: promptCaseOf(company), kind: "prompt", key, at, body });
      published.add(key);
    },
  };
}
