import type { Integrity } from "../../proof/replay/integrity.ts";

/** How much of a case of so many records is proved, in one sentence without a full stop. */
export function proofWords(records: number, { outcome, under, waiting }: Integrity): string {
  const all = records === 1 ? "1 record" : `${records} records`;
  if (outcome.kind === "differs") return `THE RECORDS DO NOT HOLD: ${outcome.what}`;
  const holds = `${all}, numbered without a gap, every digest holds`;
  if (under === null) return `${holds}; waits for the next checkpoint`;
  const { size, origin, cosignedBy, signed } = under;
  const place = `under checkpoint ${size} of ${origin}`;
  const cosigned = cosignedBy.length === 0 ? "" : `, cosigned by ${cosignedBy.join(", ")}`;
  const late = waiting === 0 ? "" : `; ${waiting} of them ${waiting === 1 ? "waits" : "wait"} for the next checkpoint`;
  return `${holds}, ${place}${cosigned}${signed ? "" : unchecked}${late}`;
}

const unchecked = " (its signature is not checked: the log's key is not known here)";
