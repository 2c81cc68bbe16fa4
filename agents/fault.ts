import type { TriedModel } from "../domain/model-call.ts";

/** What a failed turn means for the next attempt. A terminal fault would repeat: the ledger keeps the model's answers. */
export const agentFaultCodes = {
  MODEL_RATE_LIMITED: "retry",
  MODEL_UNAVAILABLE: "retry",
  TURN_IN_PROGRESS: "retry",
  MODEL_WAIT_OVER: "retry",
  STEP_LATE: "retry",
  MODEL_PACED: "retry",
  MODEL_BUDGET_SPENT: "terminal",
  MODEL_STOPPED: "terminal",
  AGENT_STOPPED: "terminal",
  RECORD_NOT_FOUND: "retry",
  RECORD_UNREADABLE: "terminal",
  MODEL_REQUEST_INVALID: "terminal",
  MODEL_KEY_REFUSED: "terminal",
  MODEL_UNKNOWN: "terminal",
  MODEL_REFUSED: "terminal",
  MODEL_ANSWER_UNUSABLE: "terminal",
  FUNCTION_UNKNOWN: "terminal",
} as const;
export type AgentFaultCode = keyof typeof agentFaultCodes;

/** Faults that are the model's and not the request's: another model may do the turn. */
const ofModels: ReadonlySet<string> = new Set<AgentFaultCode>([
  "MODEL_RATE_LIMITED",
  "MODEL_UNAVAILABLE",
  "TURN_IN_PROGRESS",
  "MODEL_WAIT_OVER",
  "STEP_LATE",
  "MODEL_PACED",
  "MODEL_BUDGET_SPENT",
  "MODEL_STOPPED",
  "MODEL_REQUEST_INVALID",
  "MODEL_KEY_REFUSED",
  "MODEL_UNKNOWN",
  "MODEL_REFUSED",
  "MODEL_ANSWER_UNUSABLE",
]);

type FaultOptions = ErrorOptions & {
  readonly retryAfterMs?: number | undefined;
  readonly tried?: readonly TriedModel[];
  readonly isUnbilled?: boolean;
};

/** The one fault that agents raise. The message is internal: lower case, no full stop, input in backticks. */
export class AgentFault extends Error {
  readonly code: AgentFaultCode;
  /** How long the supplier asks to wait, in milliseconds; absent when it did not say. */
  readonly retryAfterMs: number | undefined;
  /** The models that were tried before the turn was given up. */
  readonly tried: readonly TriedModel[];
  /** True of a call that its supplier refused or never had: nothing is billed for it. */
  readonly isUnbilled: boolean;

  constructor(code: AgentFaultCode, message: string, options: FaultOptions = {}) {
    super(message, options);
    this.name = "AgentFault";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.tried = options.tried ?? [];
    this.isUnbilled = options.isUnbilled ?? false;
  }

  get isOfModel(): boolean {
    return ofModels.has(this.code);
  }

  get retryable(): boolean {
    return agentFaultCodes[this.code] === "retry";
  }
}
