import type { ModelCall } from "../domain/model-call.ts";
import type { Role } from "../functions/definition.ts";
import { MAX_OUTPUT_TOKENS } from "./limits.ts";
import type { ModelAnswer } from "./model-answer.ts";
import { suppliedIn, type SupplierName } from "./models/supplied-in.ts";
import type { TurnInput } from "./turn.ts";

/**
 * What spans say of agents and models, by the names of OpenTelemetry's conventions for generative AI. Ids, counts and codes: no text
 * of a request or an answer, no name of anybody, no argument.
 */

/** Suppliers as the conventions call them. */
const providers: { readonly [supplier in SupplierName]: string } = {
  openai: "openai",
  bedrock: "aws.bedrock",
  vertex: "gcp.vertex_ai",
  ollama: "ollama",
};

function providerOf({ model, offline }: Pick<ModelCall, "model" | "offline">): string {
  if (offline) return "mandate.offline";
  const supplied = suppliedIn(model);
  return supplied === undefined ? "anthropic" : providers[supplied.supplier];
}

export function agentAttributes(role: Role, { company, caseId, stepKey, functionId, action }: TurnInput) {
  return {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": role,
    "gen_ai.conversation.id": caseId,
    "mandate.company": company,
    "mandate.step": stepKey,
    "mandate.function": functionId,
    "mandate.action": action,
  };
}

export function chatAttributes(names: Pick<ModelCall, "caseId" | "turnKey" | "model" | "offline">, seq: number) {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": providerOf(names),
    "gen_ai.request.model": names.model,
    "gen_ai.request.max_tokens": MAX_OUTPUT_TOKENS,
    "gen_ai.conversation.id": names.caseId,
    "mandate.turn": names.turnKey,
    "mandate.call": seq,
  };
}

export function answerAttributes({ usage, stopReason }: Pick<ModelAnswer, "usage" | "stopReason">) {
  return {
    "gen_ai.usage.input_tokens": usage.inputTokens,
    "gen_ai.usage.output_tokens": usage.outputTokens,
    ...(/^[a-z_]{1,40}$/.test(stopReason) && { "gen_ai.response.finish_reasons": [stopReason] }),
  };
}

export function toolAttributes(tool: string) {
  return { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool };
}
