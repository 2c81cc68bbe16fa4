import type { Headers, WorkflowInterceptors } from "@temporalio/workflow";
import { TRACE_HEADER } from "../temporal.config.ts";

/**
 * Hands the trace that an event came with on to what the workflow has done for it: the latest one, since work is for the newest event.
 * It reads nothing of it and makes no span: a header is no command, so that histories replay whether anybody watched or not.
 */
export function interceptors(): WorkflowInterceptors {
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
        execute(input, next) {
          take(input.headers);
          return next(input);
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
