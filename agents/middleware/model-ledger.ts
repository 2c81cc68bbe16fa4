import type { JsonObject } from "../../domain/json.ts";
import type { ModelCallAnswer, ModelCall } from "../../domain/model-call.ts";
import { AgentFault } from "../fault.ts";
import { ModelAnswer } from "../model-answer.ts";
import type { ModelMiddleware } from "./middleware.ts";

/**
 * Where model calls are kept, so that a retried turn neither pays nor decides twice.
 * `readThrough` answers with the stored response, or makes the call, stores and answers. While another attempt holds the
 * call it throws an error named `TurnInProgress`, with `retryAfterMs` when it knows until when. What `call` throws passes
 * through and nothing is stored.
 */
export type ModelLedger = {
  readThrough(key: ModelCall, call: () => Promise<ModelCallAnswer>): Promise<JsonObject>;
};

/** Every question goes through the ledger: the same question of the same turn is asked once in its life. */
export function modelLedger(ledger: ModelLedger): ModelMiddleware {
  return {
    name: "ModelLedger",
    async wrapModelCall(request, handler) {
      const call = async () => {
        const answer = await handler(request);
        return { response: answer as JsonObject, usage: answer.usage };
      };
      return ModelAnswer.parse(await ledger.readThrough(request.call, call).catch(inProgress));
    },
  };
}

/** The ledger lives behind a port and names its one expected refusal; every other error is its own. */
function inProgress(error: unknown): never {
  if (error instanceof Error && error.name === "TurnInProgress") {
    const wait: unknown = Reflect.get(error, "retryAfterMs");
    const retryAfterMs = typeof wait === "number" ? wait : undefined;
    throw new AgentFault("TURN_IN_PROGRESS", "another attempt of this turn is in progress", {
      cause: error,
      retryAfterMs,
    });
  }
  throw error;
}
