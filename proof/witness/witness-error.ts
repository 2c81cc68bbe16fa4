/** What may go wrong around a witness, and whether the same call may succeed later. */
export const witnessErrorCodes = {
  WITNESS_UNREACHABLE: "retry",
  WITNESS_TIMED_OUT: "retry",
  WITNESS_FAILED: "retry",
  WITNESS_ANSWER_INVALID: "terminal",
  WITNESS_HOME_BUSY: "terminal",
  WITNESS_HEADS_UNREADABLE: "terminal",
  WITNESS_HEADS_MISSING: "terminal",
} as const;
export type WitnessErrorCode = keyof typeof witnessErrorCodes;

/** The one fault of witnesses, on either side. */
export class WitnessError extends Error {
  readonly code: WitnessErrorCode;

  constructor(code: WitnessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "WitnessError";
    this.code = code;
  }

  /** Whether trying again may help. */
  get retry(): boolean {
    return witnessErrorCodes[this.code] === "retry";
  }
}
