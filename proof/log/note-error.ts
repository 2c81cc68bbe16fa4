/**
 * What may be wrong with a note or a key: `malformed` (not a note), `too-many-signatures`, `bad-signature` (a known key's
 * does not verify), `unsigned` (no known key signed), `bad-key`, `not-a-checkpoint` (its text is something else).
 */
export type NoteFault =
  | "malformed"
  | "too-many-signatures"
  | "bad-signature"
  | "unsigned"
  | "bad-key"
  | "not-a-checkpoint";

/** The one fault of the log's text formats. Trying again never helps. */
export class NoteError extends Error {
  readonly code: NoteFault;

  constructor(code: NoteFault, message: string) {
    super(message);
    this.name = "NoteError";
    this.code = code;
  }
}
