import type { LLMock } from "@copilotkit/aimock";
import { langChainMessages } from "../../agents/conversation.ts";
import { openingMessage } from "../../agents/turn-data.ts";
import { firstActionOf } from "../../functions/index.ts";
import { evidenceOf } from "../../functions/shared/fixture.ts";
import type { Supplier, SupplierFault } from "../spec/chat-model.ts";
import { quoteReadings, quoteTurn } from "./readings.ts";

const evidence = Object.values(evidenceOf(quoteReadings()));
export const proposed = firstActionOf("quoting").requested(quoteReadings()["crm.record"])?.args ?? {};
const opening = openingMessage("orchestration", quoteTurn, evidence, {});
export const conversation = langChainMessages("You propose.", [opening]);
export const tool = {
  name: "propose_action",
  description: "Proposes.",
  inputSchema: { type: "object", properties: { args: { type: "object" }, reasoning: { type: "string" } } },
};

/** A stand-in that answers by calling the tool, or fails as it is told. */
export function steered(mock: LLMock, args: object, cutAfterChunks = 3): Supplier {
  const usage = { input_tokens: 900, output_tokens: 80 };
  const toolCalls = [{ name: tool.name, arguments: JSON.stringify(args) }];
  const answer = () => mock.clearFixtures().onMessage(/./, { content: "Proposing.", toolCalls, usage });
  const fail = (fault: SupplierFault) => {
    mock.clearFixtures();
    switch (fault.kind) {
      case "status": {
        const error = { message: "the supplier says no", type: "api_error" };
        const retryAfter = fault.retryAfterSeconds === undefined ? {} : { retryAfter: fault.retryAfterSeconds };
        return mock.onMessage(/./, { error, status: fault.status, ...retryAfter });
      }
      case "disconnect":
        return mock.onMessage(/./, { content: "x" }, { chaos: { disconnectRate: 1 } });
      case "malformed":
        return mock.onMessage(/./, { content: "x" }, { chaos: { malformedRate: 1 } });
      case "refusal":
        return mock.onMessage(/./, { content: "I cannot help.", finishReason: "refusal", usage });
      case "cut":
        return mock.onMessage(
          /./,
          { content: "Proposing.", toolCalls, usage },
          { truncateAfterChunks: cutAfterChunks },
        );
    }
  };
  return { answer, fail, requests: () => mock.getRequests().length };
}
