import type { JsonObject } from "./json.ts";

/** One model call, named by what is asked and not by attempt: the same question is never paid or answered twice. */
export type ModelCall = {
  readonly company: string;
  readonly caseId: string;
  /** `<stepKey>/<role>`. */
  readonly turnKey: string;
  /** Position of the call within its turn, from 0. */
  readonly seq: number;
  /** SHA-256 (hex) of the canonical request. A request holds no message ids, no clock readings and no randomness. */
  readonly requestDigest: string;
  readonly model: string;
  readonly offline: boolean;
  readonly request: JsonObject;
};

export type ModelCallAnswer = {
  readonly response: JsonObject;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
};

/** What came of asking a model for a turn that it did not do. */
export type TriedModel = {
  readonly model: string;
  /** A code of `agents/fault.ts`. */
  readonly fault: string;
  /** What went wrong, without anything of the request. */
  readonly message: string;
  /** How often in a row. 0: it was left alone, because of what it had answered before. */
  readonly times: number;
  /** Milliseconds that asking took, waits not counted. */
  readonly tookMs: number;
};

/** How a turn came about. */
export type TurnWork = {
  /** What was wrong with each answer that had to be given again, in order. */
  readonly repairs: readonly string[];
  /** Readings that the model asked for and may not take. */
  readonly refusedReadings: number;
  /** Models that did not do it, in the order in which they were tried. */
  readonly tried: readonly TriedModel[];
  /** Milliseconds from its begin to its end, waits and readings included. */
  readonly tookMs: number;
};

/** Names a turn of a governed step. */
export function turnKeyOf(stepKey: string, role: string): string {
  return `${stepKey}/${role}`;
}
