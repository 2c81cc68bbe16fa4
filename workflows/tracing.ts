import {
  ContinueAsNew,
  isCancellation,
  proxySinks,
  type Headers,
  type Sinks,
  type WorkflowInterceptors,
} from "@temporalio/workflow";
import { TRACE_HEADER } from "../temporal.config.ts";

/** How a run of a workflow ended. */
export type RunEnd = "completed" | "failed" | "cancelled" | "continued";

/** Where the worker hears that a run ended: it makes the span, whose times and ids it has from the engine. Replays are not told. */
export type TraceSinks = Sinks & {
  trace: {
    /** `header`: of the event that the run began with. `endedMs`: by the workflow's clock. */
    ended(header: Headers[string], end: RunEnd, endedMs: number): void;
  };
};

/**
 * Hands the trace that an event came with on to what the workflow has done for it: the latest one, since work is for the newest event.
 * It reads nothing of it and makes no span, but tells the worker when the run ends: neither a header nor a sink's call is a command, so
 * that histories replay whether anybody watched or not.
 */
export function interceptors(): WorkflowInterceptors {
  const { trace } = proxySinks<TraceSinks>();
  let latest: Headers = {};
  const take = ({ [TRACE_HEADER]: own }: Headers) => {
    if (own !== undefined) latest = { [TRACE_HEADER]: own };
  };
  const along = <Input extends { readonly headers: Headers }>(input: Input): Input => ({
    ...input,
    headers: { ...input.headers, ...latest },
  });
  return {
    inbound: [
      {
        async execute(input, next) {
          take(input.headers);
          const begun = input.headers[TRACE_HEADER];
          const tell = (end: RunEnd) => {
            if (begun !== undefined) trace.ended(begun, end, Date.now());
          };
          try {
            const result = await next(input);
            tell("completed");
            return result;
          } catch (error) {
            tell(error instanceof ContinueAsNew ? "continued" : isCancellation(error) ? "cancelled" : "failed");
            throw error;
          }
        },
        handleSignal(input, next) {
          take(input.headers);
          return next(input);
        },
        handleUpdate(input, next) {
          take(input.headers);
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(along(input)),
        scheduleLocalActivity: (input, next) => next(along(input)),
        continueAsNew: (input, next) => next(along(input)),
      },
    ],
  };
}
