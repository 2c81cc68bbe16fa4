import type { ChatModelPort } from "./port.ts";

/**
 * Has LangSmith told of each call of these models: the request as its supplier gets it, with tokens in the place of people, and the
 * answer. The turns of agents and what they read are not.
 */
export async function traceModels(...models: readonly (ChatModelPort | undefined)[]): Promise<void> {
  const { LangChainTracer } = await import("@langchain/core/tracers/tracer_langchain");
  for (const model of models) if (model !== undefined) model.chat.callbacks = [new LangChainTracer()];
}
