import { BaseCallbackHandler } from "@langchain/core/callbacks/base";

/**
 * Takes the place of LangChain's tracer, which would otherwise send every turn, partners' data included, to an outside
 * service as soon as the environment names one. It bears the tracer's name, hears nothing and keeps no run.
 */
class NoTracer extends BaseCallbackHandler {
  override name = "langchain_tracer";
  override awaitHandlers = true;
  override ignoreLLM = true;
  override ignoreChain = true;
  override ignoreAgent = true;
  override ignoreRetriever = true;
  override ignoreCustomEvent = true;

  /** Asked by LangChain before it opens a run of its own: there is none to continue. */
  getRunTreeWithTracingConfig(): undefined {
    return undefined;
  }

  /** Asked when a caller traces: its run is not continued here. */
  updateFromRunTree(): void {}
}

/** For the `callbacks` of everything that LangChain runs. */
export const untraced: readonly BaseCallbackHandler[] = [new NoTracer()];
