import { isUtf8 } from "node:buffer";
import { Envelope } from "../../domain/audit-record.ts";
import type { Json } from "../../domain/json.ts";
import { isCanonicalText } from "../bundle/canonical-text.ts";
import { placeIn, type Entry } from "./entry.ts";
import type { Findings } from "./finding.ts";

/** Check 5: an entry is the RFC 8785 text of an envelope, for the log that it stands in. */
export function readEnvelope(entry: Entry, findings: Findings): Envelope | undefined {
  const { log, seq, bytes } = entry;
  findings.checked(5);
  const envelope = envelopeIn(bytes);
  const fault = typeof envelope === "string" ? envelope : misplaced(envelope, log.log);
  if (fault === undefined && typeof envelope !== "string") return envelope;
  findings.add(5, "tampered", `entry ${seq} ${fault ?? ""}`, placeIn(log.log, seq, bytes));
  return undefined;
}

function envelopeIn(bytes: Buffer): Envelope | string {
  if (!isUtf8(bytes)) return "is not UTF-8";
  const text = bytes.toString("utf8");
  try {
    const json = JSON.parse(text) as Json;
    const read = Envelope.safeParse(json);
    const [issue] = read.error?.issues ?? [];
    if (!read.success) return `is no envelope: \`${issue?.path.join(".") ?? ""}\` ${issue?.message ?? ""}`;
    return isCanonicalText(text, json) ? read.data : "is not canonical JSON";
  } catch (error) {
    return `is not canonical JSON: ${error instanceof Error ? error.message : ""}`;
  }
}

function misplaced({ log, sd }: Envelope, inLog: string): string | undefined {
  if (log !== inLog) return `is an entry of log \`${log}\`, not of \`${inLog}\``;
  const sorted = sd.every((digest, at) => at === 0 || (sd[at - 1] ?? "") < digest);
  return sorted ? undefined : "commits to digests that are not sorted, or to one twice";
}
