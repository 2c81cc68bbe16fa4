import { AgentFault } from "../fault.ts";
import type { ModelMiddleware } from "./middleware.ts";

/** Ends a turn that has asked its model `most` times. Throws `MODEL_ANSWER_UNUSABLE`. */
export function modelCallLimit(most: number): ModelMiddleware {
  return {
    name: "ModelCallLimit",
    async wrapModelCall(request, handler) {
      const { seq } = request.call;
      if (seq < most) return handler(request);
      throw new AgentFault("MODEL_ANSWER_UNUSABLE", `model gave no usable answer: none after \`${seq}\` model calls`);
    },
  };
}
