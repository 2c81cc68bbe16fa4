/** A log's signed head on its way out of the database. */
export type Outgoing = {
  readonly company: string;
  readonly log: string;
  readonly origin: string;
  /** The log's verifier key. */
  readonly vkey: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
  /** A C2SP signed note. */
  readonly note: string;
  /** The proof that the tree extends the one of `oldSize` (0 to `size`), from the tiles in the database. */
  proofFrom(oldSize: number): Promise<readonly Buffer[]>;
};

/** A head that was signed before, and is kept outside the database. */
export type HeldHead = { readonly size: number; readonly rootHash: Buffer };

/**
 * A place for checkpoints that whoever rewrites the database does not rewrite too. `publish` resolves once the sink holds
 * the checkpoint for good, also when it held it before; it throws `SinkError` or `WitnessError`. Failing never stops
 * deciding: it is told and tried again.
 */
export type CheckpointSink = {
  readonly name: string;
  publish(checkpoint: Outgoing): Promise<void>;
  /**
   * Asks a sink that is somebody else's whether it holds more, or otherwise, than our newest checkpoint: then it throws
   * `SinkError` (`SINK_FORKED`, `SINK_AHEAD`). It holds no more by that, and one that holds less is in order.
   */
  confirm?(checkpoint: Outgoing): Promise<void>;
  /**
   * The largest head of a log that the sink holds, where it knows without asking anybody; undefined for none. `vkey`: the
   * log's. Throws `SinkError` (`SINK_UNREADABLE`).
   */
  head?(log: string, vkey: string): HeldHead | undefined;
};

/**
 * What may go wrong. `FORKED`: what the sink holds is not the beginning of the database's log. `AHEAD`: it holds a larger
 * head than the one offered. `UNREADABLE`: what it holds is damaged. `REFUSED`: it does not know the log or its key.
 */
export const sinkErrorCodes = {
  SINK_FORKED: "terminal",
  SINK_AHEAD: "retry",
  SINK_UNREADABLE: "terminal",
  SINK_REFUSED: "terminal",
  SINK_BUSY: "retry",
} as const;
export type SinkErrorCode = keyof typeof sinkErrorCodes;

export class SinkError extends Error {
  readonly code: SinkErrorCode;
  /** Leaves of the head that the sink holds, where it told. */
  readonly heldSize: number | undefined;

  constructor(code: SinkErrorCode, message: string, heldSize?: number) {
    super(message);
    this.name = "SinkError";
    this.code = code;
    this.heldSize = heldSize;
  }

  /** Whether trying again may help without a person's doing. */
  get retry(): boolean {
    return sinkErrorCodes[this.code] === "retry";
  }
}

/** A sink holds more leaves than are offered: an older head came late, or the database was put back to an older copy. */
export function ahead(sink: string, { origin, size }: Outgoing, heldSize: number): SinkError {
  return new SinkError("SINK_AHEAD", `${sink} holds ${heldSize} leaves of ${origin}; ${size} were offered`, heldSize);
}

/**
 * A refusal as a fork, where it is one: the sink holds more than the log has now. Another process may have signed and
 * published more meanwhile; more than the database has by then, nobody has.
 */
export async function putBack(
  error: SinkError,
  now: () => Promise<{ readonly size: number } | undefined>,
): Promise<SinkError | undefined> {
  if (error.code === "SINK_FORKED") return error;
  if (error.code !== "SINK_AHEAD" || error.heldSize === undefined) return undefined;
  const log = await now();
  if (log !== undefined && error.heldSize <= log.size) return undefined;
  return new SinkError("SINK_FORKED", `${error.message}; the database was put back to an older copy`, error.heldSize);
}

/** The alarm: somebody rewrote the database, or put it back to an older copy and went on from there. */
export function forked(sink: string, { origin, size }: Outgoing, what: string): SinkError {
  return new SinkError("SINK_FORKED", `${sink} refuses ${origin} at ${size} leaves: ${what}; the log has forked`);
}
