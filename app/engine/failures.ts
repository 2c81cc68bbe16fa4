import { CompleteAsyncError } from "@temporalio/activity";
import { ApplicationFailure, CancelledFailure } from "@temporalio/common";
import type { ActivityInterceptorsFactory } from "@temporalio/worker";
import type { Logger } from "pino";

/** A code of ours or of what failed, such as `CRM_UNAVAILABLE`, `DATABASE_57P01` or `SYSTEM_ECONNREFUSED`. */
const CODE = /^[A-Z][A-Z0-9_]{1,79}$/;
const UNEXPECTED = "UNEXPECTED";
const LONGEST_TEXT = 200;

/**
 * What the durable engine is told of an activity that fails: a code, and whether and when to try again. The text goes to the log,
 * without what stands in it of records and people; the stack goes nowhere.
 */
export function toldByCode(log: Logger): ActivityInterceptorsFactory {
  return (context) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) throw error;
          const { activityType: activity, workflowExecution, attempt } = context.info;
          const code = codeOf(error);
          const text = withoutValues(error instanceof Error ? error.message : "");
          log.warn({ activity, caseId: workflowExecution?.workflowId, attempt, code, text }, "an activity failed");
          throw coded(error, code);
        }
      },
    },
  });
}

function coded(error: unknown, code: string): ApplicationFailure {
  const { nonRetryable = false, nextRetryDelay } = error instanceof ApplicationFailure ? error : {};
  const delay = nextRetryDelay === undefined || nextRetryDelay === null ? {} : { nextRetryDelay };
  const failure = ApplicationFailure.create({
    message: code,
    type: code,
    nonRetryable: nonRetryable === true,
    ...delay,
  });
  failure.stack = "";
  return failure;
}

/** The code of a fault: its own, the database's, the system's, or the name of its class. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return UNEXPECTED;
  const { code, severity, name } = error as Error & { readonly code?: unknown; readonly severity?: unknown };
  if (error instanceof ApplicationFailure) return CODE.test(error.type ?? "") ? (error.type ?? UNEXPECTED) : UNEXPECTED;
  if (typeof code === "string" && severity !== undefined && /^[0-9A-Z]{5}$/.test(code)) return `DATABASE_${code}`;
  if (typeof code === "string" && /^E[A-Z_]+$/.test(code)) return `SYSTEM_${code}`;
  if (typeof code === "string" && CODE.test(code)) return code;
  const named = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  return named !== "ERROR" && CODE.test(named) ? named : UNEXPECTED;
}

/** A text of a fault with everything left out that it quotes, and every address. */
export function withoutValues(text: string): string {
  return text
    .replaceAll(/`[^`]*`|"[^"]*"|'[^']*'|\([^)]*\)=\([^)]*\)/g, "…")
    .replaceAll(/\S+@\S+/g, "…")
    .slice(0, LONGEST_TEXT);
}
