/**
 * What a failed call means for the next one. `unknown`: it may have happened; look it up, never resend under a new key.
 * `stale`: the world moved since the decision; nothing was done, and the step is decided afresh.
 */
export const toolErrorCodes = {
  TARGET_UNAVAILABLE: "retry",
  TARGET_RATE_LIMITED: "retry",
  TARGET_ANSWER_LOST: "unknown",
  TARGET_MOVED_ON: "stale",
  TARGET_REFUSED: "terminal",
  TARGET_ARGUMENTS_INVALID: "terminal",
  TARGET_CONFLICT: "terminal",
  TARGET_KEY_REUSED: "terminal",
  PERMIT_OF_ANOTHER_TOOL: "terminal",
} as const;
export type ToolErrorCode = keyof typeof toolErrorCodes;

/** The one fault that tools raise. The message is internal: lower case, no full stop, input in backticks. */
export class ToolError extends Error {
  readonly code: ToolErrorCode;

  constructor(code: ToolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ToolError";
    this.code = code;
  }
}
