import type { Envelope } from "../../domain/audit-record.ts";
import type { ManifestLog } from "../bundle/manifest.ts";
import type { Disclosure } from "../../audit/disclosure.ts";
import type { Place } from "./finding.ts";

/** An entry of a log whose place was checked, or reported. `seq` counts from 0. */
export type Entry = {
  readonly log: ManifestLog;
  readonly seq: number;
  readonly bytes: Buffer;
  readonly leaf: Buffer;
};

/** An entry that was read, with what the reader is shown of it. */
export type ReadEntry = Entry & {
  readonly envelope: Envelope;
  readonly disclosures: readonly Disclosure[];
  /** Keys of the erasures that the bundle says closed parts of it. */
  readonly under: readonly string[];
  /** Digests that stay closed after those erasures, as the bundle says. */
  readonly erasedDigests: number;
  /** The reader asked for its body. */
  readonly asked: boolean;
};

export function placeOf({ log: { log }, seq, envelope }: Pick<ReadEntry, "log" | "seq" | "envelope">): Place {
  return { log, seq, case: envelope.case.id, n: envelope.case.n };
}

/** Where an entry says it belongs, as far as it can be read. */
export function placeIn(log: string, seq: number, bytes: Uint8Array): Place {
  try {
    const { case: of } = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<Envelope>;
    return typeof of?.id === "string" && typeof of.n === "number" ? { log, seq, case: of.id, n: of.n } : { log, seq };
  } catch {
    return { log, seq };
  }
}

/** One of the checks over the entries, in the order of the logs. */
export type EntryCheck = {
  take(entry: ReadEntry): void | Promise<void>;
  end?(): void;
};
