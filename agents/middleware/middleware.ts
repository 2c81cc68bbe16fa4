import type { ModelCall } from "../../domain/model-call.ts";
import type { Message, ToolCall } from "../conversation.ts";
import type { ModelAnswer } from "../model-answer.ts";
import type { Conversing } from "../model-call.ts";
import type { Reading } from "../read-gate.ts";

/** One question to a model, as what stands around it sees it. `call`: its name in the ledger, made of what is asked. */
export type ModelRequest = {
  readonly conversing: Conversing;
  readonly messages: readonly Message[];
  readonly call: ModelCall;
};

export type AnswerModel = (request: ModelRequest) => Promise<ModelAnswer>;

/** Stands around every question to a model: it may answer itself, ask otherwise, or refuse by throwing. */
export type ModelMiddleware = {
  readonly name: string;
  wrapModelCall(request: ModelRequest, handler: AnswerModel): Promise<ModelAnswer>;
};

/** One call of a model to a reading tool, among the readings that its turn may take. */
export type ToolRequest = { readonly call: ToolCall; readonly readings: readonly Reading[] };

export type TakeReading = (reading: Reading) => Promise<Reading>;

/** Stands around every call of a model to a tool. Undefined: the call is refused. */
export type ToolMiddleware = {
  readonly name: string;
  wrapToolCall(request: ToolRequest, handler: TakeReading): Promise<Reading | undefined>;
};

/** A question with all that stands around it, the first outermost. */
export function around(middleware: readonly ModelMiddleware[], innermost: AnswerModel): AnswerModel {
  return middleware.reduceRight<AnswerModel>(
    (handler, one) => (request) => one.wrapModelCall(request, handler),
    innermost,
  );
}
