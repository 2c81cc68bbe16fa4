/** What can go wrong with an embedded engine, and whether starting again may help. */
export const engineErrorCodes = {
  ENGINE_UNAVAILABLE: "terminal",
  ENGINE_DATA_UNUSABLE: "terminal",
  ENGINE_PORT_TAKEN: "terminal",
  ENGINE_START_FAILED: "retry",
  ENGINE_HELD_ELSEWHERE: "retry",
} as const;

export type EngineErrorCode = keyof typeof engineErrorCodes;

/** A fault of an embedded engine. The message says what happened and ends with the way out. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EngineError";
    this.code = code;
  }

  get retry(): boolean {
    return engineErrorCodes[this.code] === "retry";
  }
}
