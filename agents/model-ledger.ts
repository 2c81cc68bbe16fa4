import type { JsonObject } from "../domain/json.ts";

/** One model call, named by what is asked and not by attempt. */
export type ModelCallKey = {
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

/**
 * Where model calls are kept, so that a retried turn neither pays nor decides twice.
 * `readThrough` answers with the stored response, or makes the call, stores and answers. While another attempt holds the
 * call it throws an error named `TurnInProgress`, with `retryAfterMs` when it knows until when. What `call` throws passes
 * through and nothing is stored.
 */
export type ModelLedger = {
  readThrough(key: ModelCallKey, call: () => Promise<ModelCallAnswer>): Promise<JsonObject>;
};

/** Names a turn of a governed step. */
export function turnKeyOf(stepKey: string, role: string): string {
  return `${stepKey}/${role}`;
}
