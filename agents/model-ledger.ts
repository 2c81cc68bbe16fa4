import type { JsonObject } from "../domain/json.ts";
import type { ModelCallAnswer, ModelCall } from "../domain/model-call.ts";

/**
 * Where model calls are kept, so that a retried turn neither pays nor decides twice.
 * `readThrough` answers with the stored response, or makes the call, stores and answers. While another attempt holds the
 * call it throws an error named `TurnInProgress`, with `retryAfterMs` when it knows until when. What `call` throws passes
 * through and nothing is stored.
 */
export type ModelLedger = {
  readThrough(key: ModelCall, call: () => Promise<ModelCallAnswer>): Promise<JsonObject>;
};
