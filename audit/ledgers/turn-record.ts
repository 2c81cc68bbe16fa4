import type { Evidence } from "../../domain/evidence.ts";
import type { TurnCitation } from "../../domain/proposal.ts";
import type { JsonObject } from "../../domain/json.ts";
import { recordKeys } from "../record-keys.ts";
import { appendOnce, type Ledger } from "../records.ts";
import { sealRecord } from "../seal.ts";
import type { KeptCall } from "./model-turns.ts";
import type { StepNames } from "./turns.ts";

/** What of a request is the same for every turn of a role: it is recorded once, under the digest that turns cite. */
const promptFields = ["system", "tools"];

function without(request: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name)));
}

/** What `record_turn` takes: every call of a turn with its exact request, but for the prompt that it cites, and answer. */
export async function turnRow(
  ledger: Ledger,
  { company, caseId, stepKey }: StepNames,
  {
    citation,
    calls,
    parents,
    at,
    evidence,
  }: {
    citation: TurnCitation;
    calls: readonly KeptCall[];
    parents: string[];
    at: string;
    /** What the turn read, exactly as the sources gave it: a model sees it cleaned and cut. */
    evidence?: readonly Evidence[];
  },
) {
  if (calls.length === 0) return null;
  const { turnKey, role, model, offline, promptDigest } = citation;
  const recordKey = recordKeys.turn(turnKey);
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
  const record = { company, caseId, kind: "turn", key: recordKey, at, body, parents } as const;
  return { company, caseId, recordKey, canonical: await sealRecord(ledger, record) };
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
  publish(company: string, citation: TurnCitation, calls: readonly KeptCall[], at: string): Promise<void>;
};

/** Asks the database once per prompt and process. */
export function createPromptBook(ledger: Ledger): PromptBook {
  const published = new Set<string>();
  return {
    async publish(company, { role, promptDigest }, calls, at) {
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
