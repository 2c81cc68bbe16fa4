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

/** Names a turn of a governed step. */
export function turnKeyOf(stepKey: string, role: string): string {
  return `${stepKey}/${role}`;
}
