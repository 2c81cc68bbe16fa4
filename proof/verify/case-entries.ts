import { EntryLine, readLine } from "../bundle/lines.ts";
import type { ManifestLog } from "../bundle/manifest.ts";
import { leafHash } from "../../audit/tree.ts";
import type { Entry } from "./entry.ts";
import type { Findings } from "./finding.ts";
import type { LogHead } from "./notes.ts";
import { checkReceipt } from "./receipts.ts";
import type { FileSource } from "./source.ts";

/** Check 3 of a case taken out of its log: as many entries as were exported, in order, each proved by its receipt. */
export async function* caseEntries(
  source: FileSource,
  log: ManifestLog,
  head: LogHead,
  findings: Findings,
): AsyncGenerator<readonly Entry[], void> {
  const path = `${log.folder}/entries.jsonl`;
  let [count, last] = [0, -1];
  for await (const line of source.lines(path)) {
    count += 1;
    const entry = entryOf(log, line);
    if (typeof entry === "string") {
      findings.add(3, "tampered", `${path}, line ${count}: ${entry}`, { log: log.log });
      continue;
    }
    if (entry.seq <= last) {
      const what = `${path}, line ${count}: entry ${entry.seq} comes after entry ${last}`;
      findings.add(3, "tampered", what, { log: log.log, seq: entry.seq });
    }
    last = entry.seq;
    await checkReceipt(source, entry, keyOf(entry), head, findings);
    yield [entry];
  }
  if (count === log.entries) return;
  findings.add(3, "tampered", `${path} holds ${count} entries; ${log.entries} were exported`, { log: log.log });
}

function entryOf(log: ManifestLog, line: string): Entry | string {
  try {
    const { seq, envelope } = readLine(EntryLine, line);
    const bytes = Buffer.from(envelope, "utf8");
    return { log, seq, bytes, leaf: leafHash(bytes) };
  } catch (error) {
    return error instanceof Error ? error.message : "it cannot be read";
  }
}

function keyOf({ bytes }: Entry): string {
  try {
    const { key } = JSON.parse(bytes.toString("utf8")) as { readonly key?: unknown };
    return typeof key === "string" ? key : "";
  } catch {
    return "";
  }
}
