import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { langChainTool, type ToolSchema } from "../../agents/conversation.ts";
import type { AgentFaultCode } from "../../agents/fault.ts";
import { modelFault } from "../../agents/models/model-fault.ts";
import { streamed } from "../../agents/models/streamed.ts";
import { modelAnswerOf } from "../../agents/model-answer.ts";
import type { ChatModelPort } from "../../agents/models/port.ts";
import type { JsonObject } from "../../domain/json.ts";

/** What a supplier may do instead of answering. `cut` ends a stream half way; the others hit any call. */
export type SupplierFault =
  | { readonly kind: "status"; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly kind: "disconnect" | "malformed" | "refusal" | "cut" };

/** The supplier behind a model, as far as a test can steer it. */
export type Supplier = {
  answer(): void;
  fail(fault: SupplierFault): void;
  requests(): number;
};

/** A model, and a conversation that it answers by calling `tool` with `args`. */
export type Subject = {
  readonly port: ChatModelPort;
  readonly conversation: readonly BaseMessage[];
  readonly tool: ToolSchema;
  readonly args: JsonObject;
  /** Absent for a model that nobody supplies. */
  readonly supplier?: Supplier;
  close(): Promise<void>;
};

const faults: readonly (readonly [string, SupplierFault, AgentFaultCode, number | undefined])[] = [
  ["429 with a delay", { kind: "status", status: 429, retryAfterSeconds: 7 }, "MODEL_RATE_LIMITED", 7_000],
  ["529, overloaded", { kind: "status", status: 529 }, "MODEL_UNAVAILABLE", undefined],
  ["500", { kind: "status", status: 500 }, "MODEL_UNAVAILABLE", undefined],
  ["503", { kind: "status", status: 503 }, "MODEL_UNAVAILABLE", undefined],
  ["400, a bad request", { kind: "status", status: 400 }, "MODEL_REQUEST_INVALID", undefined],
  ["401, a bad key", { kind: "status", status: 401 }, "MODEL_KEY_REFUSED", undefined],
  ["403", { kind: "status", status: 403 }, "MODEL_KEY_REFUSED", undefined],
  ["404, no such model", { kind: "status", status: 404 }, "MODEL_UNKNOWN", undefined],
  ["422", { kind: "status", status: 422 }, "MODEL_REQUEST_INVALID", undefined],
  ["a lost connection", { kind: "disconnect" }, "MODEL_UNAVAILABLE", undefined],
  ["a body that is not JSON", { kind: "malformed" }, "MODEL_UNAVAILABLE", undefined],
];

/** What every chat model of a worker must do, whoever supplies it. */
export function chatModelSpec(
  name: string,
  open: () => Promise<Subject>,
  noFaults?: string,
  /** What its protocol, or what speaks it here, does not tell. */
  lacks: ReadonlySet<"tokens" | "delay" | "refusal"> = new Set(),
  /** Why it cannot be tested here at all. */
  missing?: string,
): void {
  describe.skipIf(missing !== undefined)(`chat model: ${name}${missing === undefined ? "" : ` (${missing})`}`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    beforeEach(() => subject.supplier?.answer());
    afterAll(async () => subject.close());

    const bound = () => {
      const { chat } = subject.port;
      if (chat.bindTools === undefined) throw new Error("no tools can be bound");
      return chat.bindTools([langChainTool(subject.tool)], { tool_choice: "any" });
    };
    /** Without the ids that a supplier makes up for each answer. */
    const unnamed = ({ responseId: _id, calls, ...rest }: JsonObject) => {
      return { ...rest, calls: (calls as JsonObject[]).map(({ id: _call, ...call }) => call) };
    };
    const ask = async (messages = subject.conversation) => modelAnswerOf(await bound().invoke([...messages]), 0);
    const steer = () => {
      if (subject.supplier === undefined) throw new Error("nothing to steer");
      return subject.supplier;
    };

    test("answers by calling the tool it is bound to", async () => {
      const { response } = await ask();
      const id = expect.stringMatching(/./);
      expect(response["calls"]).toEqual([{ id, name: subject.tool.name, args: subject.args }]);
      expect(response["stopReason"]).toBe("tool_use");
    });

    test.skipIf(lacks.has("tokens"))("reports whole tokens used", async () => {
      const { usage } = await ask();
      expect(usage).toEqual({ inputTokens: expect.any(Number), outputTokens: expect.any(Number) });
      expect([usage.inputTokens > 0, usage.outputTokens > 0, Number.isInteger(usage.inputTokens)]).toEqual([
        true,
        true,
        true,
      ]);
    });

    test("binds tools to a copy and stays as it is", () => {
      expect(bound()).not.toBe(subject.port.chat);
    });

    test("goes on after a tool has answered", async () => {
      const call = { type: "tool_call" as const, id: "call_1", name: subject.tool.name, args: subject.args };
      const { response } = await ask([
        ...subject.conversation,
        new AIMessage({ content: "", tool_calls: [call] }),
        new ToolMessage({ content: "not accepted", tool_call_id: "call_1", status: "error" }),
        new HumanMessage("again"),
      ]);
      expect(response["calls"]).toHaveLength(1);
    });

    test("streams in pieces what it answers in one", async () => {
      let pieces = 0;
      const onPiece = () => void (pieces += 1);
      const { response, usage } = modelAnswerOf(await streamed(bound(), [...subject.conversation], { onPiece }), 0);
      const inOne = await ask();
      expect(pieces).toBeGreaterThan(1);
      expect(usage).toEqual(inOne.usage);
      expect(unnamed(response)).toEqual(unnamed(inOne.response));
    });

    describe.skipIf(noFaults !== undefined)(
      `a supplier that fails${noFaults === undefined ? "" : ` (${noFaults})`}`,
      () => {
        test.for(faults)("%s is one request and one fault", async ([, fault, code, retryAfterMs]) => {
          steer().fail(fault);
          const before = steer().requests();
          const error = await ask().then(
            () => undefined,
            (thrown: unknown) => modelFault(thrown),
          );
          expect({ code: error?.code, retryAfterMs: error?.retryAfterMs }).toEqual({
            code,
            retryAfterMs: lacks.has("delay") ? undefined : retryAfterMs,
          });
          expect(steer().requests() - before).toBe(1);
        });

        test("a stream cut half way is a fault, not half an answer", async () => {
          steer().fail({ kind: "cut" });
          const error = await streamed(bound(), [...subject.conversation], {}).then(
            () => undefined,
            (thrown: unknown) => modelFault(thrown),
          );
          expect(error?.code).toBe("MODEL_UNAVAILABLE");
        });

        test.skipIf(lacks.has("refusal"))("a refusal is told by its stop reason", async () => {
          steer().fail({ kind: "refusal" });
          expect((await ask()).response).toMatchObject({ calls: [], stopReason: "refusal" });
        });
      },
    );
  });
}
