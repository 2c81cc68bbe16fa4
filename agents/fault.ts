/** What a failed turn means for the next attempt. A terminal fault would repeat: the ledger keeps the model's answers. */
export const agentFaultCodes = {
  MODEL_RATE_LIMITED: "retry",
  MODEL_UNAVAILABLE: "retry",
  TURN_IN_PROGRESS: "retry",
  RECORD_NOT_FOUND: "retry",
  RECORD_UNREADABLE: "terminal",
  MODEL_REQUEST_INVALID: "terminal",
  MODEL_REFUSED: "terminal",
  MODEL_ANSWER_UNUSABLE: "terminal",
  FUNCTION_UNKNOWN: "terminal",
} as const;
export type AgentFaultCode = keyof typeof agentFaultCodes;

type FaultOptions = ErrorOptions & { readonly retryAfterMs?: number | undefined };

/** The one fault that agents raise. The message is internal: lower case, no full stop, input in backticks. */
export class AgentFault extends Error {
  readonly code: AgentFaultCode;
  /** How long the supplier asks to wait, in milliseconds; absent when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(code: AgentFaultCode, message: string, options: FaultOptions = {}) {
    super(message, options);
    this.name = "AgentFault";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return agentFaultCodes[this.code] === "retry";
  }
}
