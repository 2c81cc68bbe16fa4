import { proxyActivities, proxyLocalActivities, workflowInfo } from "@temporalio/workflow";
import {
  agentActivity,
  agentsBackActivity,
  ledgerActivity,
  scheduledActivity,
  siblingQueue,
  toolActivity,
} from "../temporal.config.ts";
import type { ActActivities, AgentActivities, LedgerActivities, ScheduledActivities } from "./activities.ts";

/** The seam to the world. Ledger work is local (cheap, in the worker); models have a queue of their own. */
export function ledger(): LedgerActivities {
  return proxyLocalActivities<LedgerActivities>(ledgerActivity);
}

export function agents(): AgentActivities {
  return agentsBy(agentActivity);
}

/** The same, tried once. */
export function agentsOnce(): AgentActivities {
  return agentsBy(agentsBackActivity);
}

function agentsBy(options: typeof agentActivity | typeof agentsBackActivity): AgentActivities {
  return proxyActivities<AgentActivities>({ ...options, taskQueue: siblingQueue(workflowInfo().taskQueue, "agents") });
}

export function tools(): ActActivities {
  return proxyActivities<ActActivities>(toolActivity);
}

export function scheduled(): ScheduledActivities {
  return proxyActivities<ScheduledActivities>(scheduledActivity);
}
