/**
 * Why a log is not extended: `origin-changed` (it was begun under another origin), `unsigned-head` (its last checkpoint is
 * not this signer's, or is not the one beside it), `size-changed` (places or leaves do not fit the last checkpoint),
 * `leaf-changed` (a place's hash is not that of its record), `inconsistent` (its tiles are not those of the last checkpoint).
 */
export type LogFault = "origin-changed" | "unsigned-head" | "size-changed" | "leaf-changed" | "inconsistent";

/** The database's log is not what was signed. Trying again never helps: nothing more is signed until it is mended. */
export class LogError extends Error {
  readonly code: LogFault;
  /** The origin that the log began with, when that is what is wrong. */
  readonly beganAs: string | undefined;

  constructor(code: LogFault, message: string, beganAs?: string) {
    super(message);
    this.name = "LogError";
    this.code = code;
    this.beganAs = beganAs;
  }
}
