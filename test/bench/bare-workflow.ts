import {
  condition,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import { agentActivity, ledgerActivity, toolActivity } from "../../temporal.config.ts";

type Nothing = { nothing(text: string): Promise<void> };

const arrived = defineSignal("eventArrived");

/**
 * The same shape as a governed quote that executes and nothing else: started by a signal, three remote turns, a local
 * decision, a remote effect, a local proposal and decision, a remote effect, a local end. Every activity does nothing.
 */
export async function bareCase(): Promise<void> {
  let started = false;
  setHandler(arrived, () => {
    started = true;
  });
  await condition(() => started);
  const queue = (kind: "agents" | "tools") => workflowInfo().taskQueue.replace(/orchestration$/, kind);
  const local = proxyLocalActivities<Nothing>(ledgerActivity);
  const agent = proxyActivities<Nothing>({ ...agentActivity, taskQueue: queue("agents") });
  const tool = proxyActivities<Nothing>({ ...toolActivity, taskQueue: queue("tools") });
  const text = workflowInfo().workflowId;
  await agent.nothing(text);
  await agent.nothing(text);
  await agent.nothing(text);
  await local.nothing(text);
  await tool.nothing(text);
  await local.nothing(text);
  await local.nothing(text);
  await tool.nothing(text);
  await local.nothing(text);
}
