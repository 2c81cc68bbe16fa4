import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import type { TurnCitation } from "../domain/proposal.ts";
import type { ReadTool } from "../tools/read-tool.ts";
import { langChainTool, type ToolSchema } from "./conversation.ts";
import { functionOf } from "../functions/index.ts";
import type { CallWatch, Conversing } from "./model-call.ts";
import { turnKeyOf } from "../domain/model-call.ts";
import type { ChatModelPort } from "./models/port.ts";
import type { Prompts } from "./prompts/index.ts";
import { wireName } from "./read-gate.ts";
import type { Role } from "../functions/definition.ts";
import type { TurnInput } from "./turn.ts";

/** A role at work for a function: its prompt, its tools, and the chat model bound to them. */
export type Binding = Pick<Conversing, "system" | "tools" | "chat"> & {
  /** Digest of the system prompt and the tool schemas. */
  readonly promptDigest: string;
};

export type Bindings = {
  conversing(role: Role, turn: TurnInput, binding: Binding): Conversing;
  /** `reads` are the reading tools that this turn may call. */
  bind(role: Role, turn: TurnInput, answer: ToolSchema, reads: readonly ReadTool[]): Binding;
  citation(role: Role, turn: TurnInput, binding: Binding, requestDigests: readonly string[]): TurnCitation;
};

type BindingDeps = {
  readonly model: ChatModelPort;
  readonly prompts: Prompts;
  readonly digest: (value: JsonObject) => string;
};

/** The same, with who waits for the calls. */
export function watchedBy(bindings: Bindings, watch: CallWatch): Bindings {
  return { ...bindings, conversing: (...given) => ({ ...bindings.conversing(...given), watch }) };
}

/** Binds each combination once: JSON schemas and bound models are kept for the life of the worker. */
export function createBindings({ model, prompts, digest }: BindingDeps): Bindings {
  const bound = new Map<string, Binding>();

  function create(role: Role, functionId: string, answer: ToolSchema, reads: readonly ReadTool[]): Binding {
    const system = `${prompts[role].text}\n\n${functionOf(functionId).agent.guidance[role]}`;
    const tools = [answer, ...reads.map(readSchema)];
    if (model.chat.bindTools === undefined) throw new Error(`model \`${model.name}\` cannot call tools`);
    const chat = model.chat.bindTools(tools.map(langChainTool), { tool_choice: "any" });
    return { system, tools, chat, promptDigest: digest({ system, tools }) };
  }

  return {
    bind(role, { functionId, action }, answer, reads) {
      const key = [role, functionId, action, ...reads.map(({ name }) => name)].join(" ");
      const binding = bound.get(key) ?? create(role, functionId, answer, reads);
      bound.set(key, binding);
      return binding;
    },
    conversing(role, { company, caseId, stepKey }, { system, tools, chat }) {
      const turnKey = turnKeyOf(stepKey, role);
      const names = { company, caseId, turnKey, model: model.name, offline: model.offline };
      return { names, system, tools, chat, watch: {} };
    },
    citation(role, { stepKey }, { promptDigest }, requestDigests) {
      const turnKey = turnKeyOf(stepKey, role);
      const { name, offline } = model;
      const prompt = { name: prompts[role].name, version: prompts[role].version };
      return { turnKey, role, model: name, offline, prompt, promptDigest, requestDigests: [...requestDigests] };
    },
  };
}

/** A zod schema as the JSON Schema that a model is given. */
export function inputSchemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return JSON.parse(JSON.stringify(rest)) as JsonObject;
}

function readSchema({ name, description, args }: ReadTool): ToolSchema {
  return { name: wireName(name), description, inputSchema: inputSchemaOf(args) };
}
