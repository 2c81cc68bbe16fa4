import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from "@temporalio/client";
import { WORKFLOW_TASK_TIMEOUT_MS } from "../../temporal.config.ts";
import { lookAtCases } from "../status/stalled-cases.ts";
import { madeHere } from "./origin.ts";
import type { CaseWaker, VerdictMessenger, WorkflowEngine, WorkflowStarter } from "./workflow-starter.ts";

/** Connects on first use, so that a gateway starts, and keeps accepting events, while the engine is away. */
export type LazyClient = () => Promise<Client>;

/** Of 1 to 5, where 3 is the usual and 5 the last: cases that are opened in bulk wait for workers while there are others. */
const BULK_PRIORITY = 5;
const bulk: ReadonlySet<string> = new Set([madeHere.batch, madeHere.schedule]);

/** A call that takes longer has failed: the rows it was made for come back later. */
const CALL_TIMEOUT_MS = 8_000;

type Call = <T>(work: (client: Client) => Promise<T>, timeoutMs?: number) => Promise<T>;

/** Starts or signals cases in one call. */
function temporalStarter(call: Call, queue: string): WorkflowStarter {
  return {
    async deliverEvent(caseId, { workflow, input }, event) {
      await call((client) =>
        client.workflow.signalWithStart(workflow, {
          workflowId: caseId,
          taskQueue: queue,
          args: [input],
          signal: "eventArrived",
          signalArgs: [event],
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
          ...(bulk.has(event.source) && { priority: { priorityKey: BULK_PRIORITY } }),
        }),
      );
    },
  };
}

/** Delivers verdicts as Updates under a fixed id, so that a repeat is answered and not done again. */
function temporalVerdicts(call: Call): VerdictMessenger {
  return {
    async deliverVerdict(caseId, message, key) {
      try {
        await call((client) =>
          client.workflow.getHandle(caseId).executeUpdate("deliverVerdict", { args: [message], updateId: key }),
        );
        return { kind: "woken" };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { kind: "gone" };
        if (error instanceof WorkflowUpdateFailedError) {
          return { kind: "turned-away", reason: error.cause?.message ?? error.message };
        }
        throw error;
      }
    },
  };
}

/** Signals that something came. A repeat is harmless: the case reads the ledger again. */
function temporalSignals(call: Call): CaseWaker {
  async function signal(caseId: string, name: string, message: object): Promise<"woken" | "gone"> {
    try {
      await call((client) => client.workflow.getHandle(caseId).signal(name, message));
      return "woken";
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return "gone";
      throw error;
    }
  }
  return {
    deliverReply: (caseId, message) => signal(caseId, "replyArrived", message),
    deliverAgreement: (caseId, message) => signal(caseId, "agreementChanged", message),
    deliverMove: (caseId, message) => signal(caseId, "questionMoved", message),
  };
}

/** Temporal as the gateway needs it. `queue` is the task queue that case workflows run on. */
export function temporalEngine(lazy: LazyClient, queue: string, callTimeoutMs = CALL_TIMEOUT_MS): WorkflowEngine {
  const call: Call = async (work, timeoutMs = callTimeoutMs) => {
    const client = await lazy();
    return client.withDeadline(Date.now() + timeoutMs, () => work(client));
  };
  return {
    ...temporalStarter(call, queue),
    ...temporalVerdicts(call),
    ...temporalSignals(call),
    async answers(timeoutMs) {
      await call((client) => client.workflowService.getSystemInfo({}), timeoutMs);
    },
    openCases: (asked) => call((client) => lookAtCases(client, asked)),
  };
}
