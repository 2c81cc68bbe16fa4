import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { langChainTool, Message, ToolSchema } from "./conversation.ts";
import { AgentFault } from "./fault.ts";
import { MAX_MODEL_CALLS } from "./limits.ts";
import { modelCallLimit } from "./middleware/call-limit.ts";
import { around } from "./middleware/middleware.ts";
import { modelLedger, type ModelLedger } from "./middleware/model-ledger.ts";
import { supplierMask, type NamesOf } from "./middleware/supplier-mask.ts";
import type { ModelAnswer } from "./model-answer.ts";
import { askModel, askSupplier, type CallWatch, type Conversing } from "./model-call.ts";
import type { ChatModelPort } from "./models/port.ts";

/** One question to a model, as plain JSON. */
export const ModelTurn = z.strictObject({
  /** Whose people are not named to a supplier, and under whom the ledger keeps the answer. */
  company: z.string().min(1),
  caseId: z.string().min(1),
  /** Names the turn that the question is of. */
  turnKey: z.string().min(1),
  /** The question's place in its turn, from 0. */
  seq: z.int().min(0).default(0),
  system: z.string(),
  messages: z.array(Message).min(1).readonly(),
  /** Bound schema-only: what an answer calls is data. */
  tools: z.array(ToolSchema).readonly().default([]),
});
export type ModelTurn = z.input<typeof ModelTurn>;

export type ModelTurnAnswer = { readonly answer: ModelAnswer; readonly requestDigest: string };

export type ModelTurnDeps = {
  readonly model: ChatModelPort;
  readonly ledger: ModelLedger;
  /** SHA-256 (hex) over canonical JSON. */
  readonly digest: (value: JsonObject) => string;
  /** Names of people that no supplier is told. Nobody's when absent. */
  readonly namesOf?: NamesOf | undefined;
};

/** Asks a model as the agents do: within a limit of calls, through the ledger, masked. Throws `AgentFault`. */
export function createModelTurn({ model, ledger, digest, namesOf = async () => [] }: ModelTurnDeps) {
  const answer = around([modelCallLimit(MAX_MODEL_CALLS), modelLedger(ledger), supplierMask(namesOf)], askSupplier);

  function chatWith(tools: readonly ToolSchema[]): Conversing["chat"] {
    if (tools.length === 0) return model.chat;
    if (model.chat.bindTools === undefined) throw new Error(`model \`${model.name}\` cannot call tools`);
    return model.chat.bindTools(tools.map(langChainTool), { tool_choice: "any" });
  }

  return async (given: ModelTurn, watch: CallWatch): Promise<ModelTurnAnswer> => {
    const read = ModelTurn.safeParse(given);
    if (!read.success) throw new AgentFault("MODEL_REQUEST_INVALID", z.prettifyError(read.error));
    const { company, caseId, turnKey, seq, system, messages, tools } = read.data;
    const names = { company, caseId, turnKey, model: model.name, offline: model.offline };
    return askModel({ digest, answer }, { names, system, tools, chat: chatWith(tools), watch }, seq, messages);
  };
}
