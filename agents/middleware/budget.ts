import type { JsonObject } from "../../domain/json.ts";
import { ModelAnswer } from "../model-answer.ts";
import type { ModelMiddleware } from "./middleware.ts";

/** A question waits for its place, and then for what its budget lets it cost: room is held while the model is asked. */
export const budget: ModelMiddleware = {
  name: "Budget",
  async wrapModelCall(request, handler) {
    const { names, watch } = request.conversing;
    await watch.onAsk?.();
    if (watch.meter === undefined) return handler(request);
    const metered = await watch.meter({ names, request: request.call.request }, async () => {
      const answer = await handler(request);
      return { response: answer as JsonObject, usage: answer.usage };
    });
    return ModelAnswer.parse(metered.response);
  },
};
