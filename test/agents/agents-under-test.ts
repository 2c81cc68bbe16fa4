import { createAgents } from "../../agents/agents.ts";
import type { ChatModelPort } from "../../agents/models/port.ts";
import { createOfflineModel } from "../../agents/models/offline.ts";
import { digestOf } from "../../audit/digest.ts";
import type { JsonObject } from "../../domain/json.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { readTools } from "./readings.ts";

/** Agents on fixed readings, an in-memory ledger and the model given (the offline one by default). */
export function agentsOn(
  readings: { readonly [tool: string]: JsonObject },
  model: ChatModelPort = createOfflineModel(),
  ledger = memoryLedger(),
) {
  const { tools, reads } = readTools(readings);
  return { agents: createAgents({ model, ledger, readTools: tools, digest: digestOf }), ledger, reads };
}
