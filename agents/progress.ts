import type { TurnWork } from "../domain/model-call.ts";
import type { Message, ToolCall } from "./conversation.ts";
import { dataBlock } from "./data-block.ts";
import { MAX_TOOL_CALLS } from "./limits.ts";
import type { ModelAnswer } from "./model-answer.ts";
import type { GateAnswer, ReadGate } from "./read-gate.ts";

/** How far a turn has come. Replaced as a whole by each step. */
export type Progress = {
  readonly messages: readonly Message[];
  readonly requestDigests: readonly string[];
  /** Calls to reading tools so far. */
  readonly toolCalls: number;
  /** Of those, the ones that the gate refused. */
  readonly refused: number;
  /** What was wrong with each answer that had to be given again. */
  readonly repairs: readonly string[];
};

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

/** Takes the readings that the answer asks for, as far as the gate and the turn's limit let it. */
export async function takeReadings(
  progress: Progress,
  { text, calls }: ModelAnswer,
  answerTool: string,
  gate: ReadGate,
): Promise<Progress> {
  const heard = calls.slice(0, MAX_TOOL_CALLS - progress.toolCalls);
  const results = await Promise.all(heard.map((call) => resultOf(call, answerTool, gate)));
  const unheard = calls.length - heard.length;
  const note: Message[] =
    unheard === 0 ? [] : [{ role: "user", text: `${unheard} more calls were dropped: a turn has ${MAX_TOOL_CALLS}.` }];
  return {
    requestDigests: progress.requestDigests,
    repairs: progress.repairs,
    messages: [
      ...progress.messages,
      { role: "assistant", text, calls: heard },
      ...results.map(({ message }) => message),
      ...note,
    ],
    toolCalls: progress.toolCalls + heard.length,
    refused: progress.refused + results.filter(({ refused }) => refused).length,
  };
}

async function resultOf(call: ToolCall, answerTool: string, gate: ReadGate) {
  if (call.name === answerTool) {
    return { refused: false, message: failure(call, "answer once the readings are here, by this call alone") };
  }
  const answer: GateAnswer = call.args === undefined ? { kind: "refused" } : await gate.answer(call.name, call.args);
  switch (answer.kind) {
    case "read": {
      const text = dataBlock({ reading: answer.tool, value: answer.evidence.value });
      return { refused: false, message: { role: "tool", callId: call.id, failed: false, text } as const };
    }
    case "absent": {
      const text = dataBlock({ reading: answer.tool, absent: true });
      return { refused: false, message: { role: "tool", callId: call.id, failed: false, text } as const };
    }
    case "refused":
      return { refused: true, message: failure(call, "refused: only the readings listed may be taken, as listed") };
  }
}

/** Tells the model what is wrong with its answer, so that every call of it is answered. */
export function repair(progress: Progress, { text, calls }: ModelAnswer, problem: string): Progress {
  const heard = calls.slice(0, MAX_TOOL_CALLS);
  const said: Message[] = text === "" && heard.length === 0 ? [] : [{ role: "assistant", text, calls: heard }];
  const told: Message[] = heard.map((call) => failure(call, problem));
  const { requestDigests, toolCalls, refused } = progress;
  return {
    requestDigests,
    toolCalls,
    refused,
    messages: [...progress.messages, ...said, ...(told.length > 0 ? told : [{ role: "user", text: problem } as const])],
    repairs: [...progress.repairs, problem],
  };
}

function failure(call: ToolCall, text: string): Message {
  return { role: "tool", callId: call.id, failed: true, text };
}
