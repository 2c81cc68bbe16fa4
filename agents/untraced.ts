import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { getEnvironmentVariable } from "@langchain/core/utils/env";

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

const noTracer = new NoTracer();

/**
 * Options of a graph's run. With it in its place, LangGraph also makes no root run of its own for every node, which costs
 * more than the callbacks do.
 */
export const untracedRun: { readonly callbacks: BaseCallbackHandler[] } = { callbacks: [noTracer] };

/** What turns LangChain's tracer on, by its own rule. */
const tracingVariables = ["LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING"];

/** Options of a model's call: where no tracer is asked for there is none to take the place of. */
export function untracedCall(): { readonly callbacks?: BaseCallbackHandler[] } {
  return tracingVariables.some((name) => getEnvironmentVariable(name) === "true") ? { callbacks: [noTracer] } : {};
}
