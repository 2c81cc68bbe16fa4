import type { Client } from "@temporalio/client";
import { randomUUID } from "node:crypto";

/**
 * Moves one running workflow forward on the real server: its timers fire in order, its activities run in real time.
 * The server must run with `frontend.WorkflowTimeSkippingEnabled=true`.
 */
export async function skipTime(client: Client, workflowId: string, seconds: number): Promise<void> {
  await client.connection.workflowService.updateWorkflowExecutionOptions({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    workflowExecutionOptions: {
      timeSkippingConfig: {
        enabled: true,
        fastForwardConfig: { id: randomUUID(), duration: { seconds: seconds as never } },
      },
    },
    updateMask: { paths: ["time_skipping_config"] },
  } as never);
}
