import type { WorkflowClientInterceptor } from "@temporalio/client";
import { defaultPayloadConverter, type Headers } from "@temporalio/common";
import type { ActivityInterceptorsFactory, InjectedSinks } from "@temporalio/worker";
import { currentTraceparent, inSpan, inTrace, pastSpan } from "../../engines/span.ts";
import { TRACE_HEADER } from "../../temporal.config.ts";
import type { TraceSinks } from "../../workflows/tracing.ts";

/** A call to the engine says which trace it belongs to; workflows hand that on to their activities (`workflows/tracing.ts`). */
export const tracedCalls: WorkflowClientInterceptor = {
  signalWithStart: (input, next) => next({ ...input, headers: { ...input.headers, ...ownHeader() } }),
  signal: (input, next) => next({ ...input, headers: { ...input.headers, ...ownHeader() } }),
  startUpdate: (input, next) => next({ ...input, headers: { ...input.headers, ...ownHeader() } }),
};

function ownHeader(): Headers {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? {} : { [TRACE_HEADER]: defaultPayloadConverter.toPayload(traceparent) };
}

/** Each activity is a span of the trace that its workflow's event began. */
export const tracedActivities: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute(input, next) {
      const header = input.headers[TRACE_HEADER];
      if (header === undefined) return next(input);
      const attributes = {
        "temporal.activity.type": info.activityType,
        "temporal.workflow.type": info.workflowType ?? "",
        "temporal.workflow.id": info.workflowExecution?.workflowId ?? "",
        "temporal.workflow.run_id": info.workflowExecution?.runId ?? "",
        "temporal.activity.attempt": info.attempt,
      };
      return inTrace(defaultPayloadConverter.fromPayload<string>(header), () =>
        inSpan(`activity ${info.activityType}`, { attributes }, () => next(input)),
      );
    },
  },
});

/** Each run of a workflow is a span of the trace that it was started in, once it is over. */
export const tracedRuns: InjectedSinks<TraceSinks> = {
  trace: {
    ended: {
      callDuringReplay: false,
      async fn({ workflowType, workflowId, runId, startTime, historyLength }, header, end, endedMs) {
        const attributes = {
          "temporal.workflow.type": workflowType,
          "temporal.workflow.id": workflowId,
          "temporal.workflow.run_id": runId,
          "temporal.workflow.end": end,
          "temporal.workflow.history_length": historyLength,
        };
        const span = { attributes, startMs: startTime.getTime(), endMs: endedMs, failed: end === "failed" };
        await inTrace(defaultPayloadConverter.fromPayload<string>(header), async () =>
          pastSpan(`workflow ${workflowType}`, span),
        );
      },
    },
  },
};
