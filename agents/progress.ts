import { z } from "zod";
import type { TurnWork } from "../domain/model-call.ts";
import { Message, type ToolCall } from "./conversation.ts";
import { dataBlock } from "./data-block.ts";
import { MAX_TOOL_CALLS } from "./limits.ts";
import type { ModelAnswer } from "./model-answer.ts";
import { gateAnswer, type Reading } from "./read-gate.ts";

/** How far a turn's conversation has come. Replaced as a whole by each step. */
export const Progress = z.strictObject({
  messages: z.array(Message).readonly(),
  requestDigests: z.array(z.string()).readonly(),
  /** Calls to reading tools so far. */
  toolCalls: z.int().min(0),
  /** Of those, the ones that the gate refused. */
  refused: z.int().min(0),
  /** What was wrong with each answer that had to be given again. */
  repairs: z.array(z.string()).readonly(),
});
export type Progress = z.infer<typeof Progress>;

export const noProgress = (messages: readonly Message[]): Progress => ({
  messages,
  requestDigests: [],
  toolCalls: 0,
  refused: 0,
  repairs: [],
});

/** What a turn's record tells of how it came about, but for what lies outside of the turn. */
export function workOf({ repairs, refused }: Progress): TurnWork {
  return { repairs, refusedReadings: refused, tried: [], tookMs: 0 };
}

/** Of an answer's calls, those that the turn's limit lets be heard. */
export function heardCalls({ toolCalls }: Progress, { calls }: ModelAnswer): readonly ToolCall[] {
  return calls.slice(0, MAX_TOOL_CALLS - toolCalls);
}

/** Tells the model what its calls were answered with: what is among the readings, once they were taken, or why not. */
export function tellReadings(
  progress: Progress,
  answer: ModelAnswer,
  answerTool: string,
  readings: readonly Reading[],
): Progress {
  const heard = heardCalls(progress, answer);
  const results = heard.map((call) => resultOf(call, answerTool, readings));
  const unheard = answer.calls.length - heard.length;
  const note: Message[] =
    unheard === 0 ? [] : [{ role: "user", text: `${unheard} more calls were dropped: a turn has ${MAX_TOOL_CALLS}.` }];
  return {
    ...progress,
    messages: [
      ...progress.messages,
      { role: "assistant", text: answer.text, calls: heard },
      ...results.map(({ message }) => message),
      ...note,
    ],
    toolCalls: progress.toolCalls + heard.length,
    refused: progress.refused + results.filter(({ refused }) => refused).length,
  };
}

function resultOf(call: ToolCall, answerTool: string, readings: readonly Reading[]) {
  if (call.name === answerTool) {
    return { refused: false, message: failure(call, "answer once the readings are here, by this call alone") };
  }
  const answer = gateAnswer(readings, call);
  switch (answer.kind) {
    case "read":
      return { refused: false, message: told(call, { reading: answer.tool, value: answer.evidence.value }) };
    case "absent":
      return { refused: false, message: told(call, { reading: answer.tool, absent: true }) };
    case "refused":
      return { refused: true, message: failure(call, "refused: only the readings listed may be taken, as listed") };
  }
}

/** Tells the model what is wrong with its answer, so that every call of it is answered. */
export function repair(progress: Progress, { text, calls }: ModelAnswer, problem: string): Progress {
  const heard = calls.slice(0, MAX_TOOL_CALLS);
  const said: Message[] = text === "" && heard.length === 0 ? [] : [{ role: "assistant", text, calls: heard }];
  const results: Message[] = heard.map((call) => failure(call, problem));
  const note: Message[] = results.length > 0 ? results : [{ role: "user", text: problem }];
  return {
    ...progress,
    messages: [...progress.messages, ...said, ...note],
    repairs: [...progress.repairs, problem],
  };
}

function told(call: ToolCall, value: Parameters<typeof dataBlock>[0]): Message {
  return { role: "tool", callId: call.id, failed: false, text: dataBlock(value) };
}

function failure(call: ToolCall, text: string): Message {
  return { role: "tool", callId: call.id, failed: true, text };
}
