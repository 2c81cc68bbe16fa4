import type { RecordDraft } from "../../domain/audit-record.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { TriedModel, TurnWork } from "../../domain/model-call.ts";
import type { TurnCitation } from "../../domain/proposal.ts";
import type { JsonObject } from "../../domain/json.ts";
import { eventOfStep, recordKeys } from "../record-keys.ts";
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
  /** What was asked of its model, and of others that did not do it. */
  readonly calls: readonly KeptCall[];
  readonly work?: TurnWork;
  readonly costMicroUsd?: number | undefined;
  /** What the turn read, exactly as the sources gave it: a model sees it cleaned and cut. */
  readonly evidence?: readonly Evidence[];
};

/** The record of a turn; none of one that asked no model. `parents` are the keys of what it rests on. */
export function turnRecords(
  { company, caseId, stepKey }: StepNames,
  { citation, calls, evidence, work, costMicroUsd }: TakenTurn,
  parents: readonly string[],
  at: string,
): readonly RecordDraft[] {
  if (calls.length === 0) return [];
  const { turnKey, role, model, offline, prompt, promptDigest, standIn } = citation;
  const own = calls.filter((call) => call.model === model);
  const body = {
    turnKey,
    stepKey,
    role,
    model,
    offline,
    ...(prompt !== undefined && { prompt }),
    promptDigest,
    usage: usageOf(calls, costMicroUsd),
    calls: own.map(recordedCall),
    ...(standIn !== undefined && { standIn }),
    ...(work !== undefined &&
      workOf(
        work,
        calls.filter((call) => call.model !== model),
      )),
    ...(evidence !== undefined && { evidence }),
  };
  return [{ company, caseId, kind: "turn", key: recordKeys.turn(turnKey), at, body, parents }];
}

/** Tokens of all calls; their cost where it is known. */
function usageOf(calls: readonly KeptCall[], costMicroUsd: number | undefined) {
  return {
    inputTokens: calls.reduce((sum, { usage }) => sum + usage.inputTokens, 0),
    outputTokens: calls.reduce((sum, { usage }) => sum + usage.outputTokens, 0),
    ...(costMicroUsd !== undefined && { costMicroUsd }),
  };
}

function recordedCall({ requestDigest, request, response }: KeptCall) {
  // The answer as text: a model may have written numbers that canonical JSON refuses.
  return { requestDigest, request: without(request, promptFields), response: JSON.stringify(response) };
}

/** What did not go as it should, where anything did not; `unused` are answers of models that did not do the turn. */
function workOf({ repairs, refusedReadings, tried, tookMs }: TurnWork, unused: readonly KeptCall[]): JsonObject {
  return {
    ...(tookMs > 0 && { tookMs }),
    ...(repairs.length > 0 && { repairs: [...repairs] }),
    ...(refusedReadings > 0 && { refusedReadings }),
    ...(tried.length > 0 && { tried: [...tried] }),
    ...(unused.length > 0 && { unused: unused.map((call) => ({ model: call.model, ...recordedCall(call) })) }),
  };
}

/** A turn that nobody did: what was tried, and the fault that it was given up for. */
export type GivenUpTurn = {
  readonly turnKey: string;
  readonly role: TurnCitation["role"];
  /** A code of `agents/fault.ts`. */
  readonly fault: string;
  readonly tried: readonly TriedModel[];
  readonly calls: readonly KeptCall[];
  readonly costMicroUsd?: number | undefined;
};

/** Keeps what was tried for a turn, once: what comes of the step without it is told by what follows. */
export async function recordGivenUp(
  ledger: Ledger,
  { company, caseId, stepKey }: StepNames,
  { turnKey, role, fault, tried, calls, costMicroUsd }: GivenUpTurn,
  at: string,
): Promise<void> {
  const work = workOf({ repairs: [], refusedReadings: 0, tried, tookMs: 0 }, calls);
  const model = tried[0]?.model ?? "";
  const body = { turnKey, stepKey, role, model, offline: false, fault, usage: usageOf(calls, costMicroUsd), ...work };
  const parents = [recordKeys.event(eventOfStep(caseId, stepKey))];
  await appendOnce(ledger, { company, caseId, kind: "turn", key: recordKeys.givenUp(turnKey), at, body, parents });
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
