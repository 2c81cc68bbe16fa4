import { newestCheckpoint } from "../log/log-store.ts";
import { cosignatureVerifierOf } from "../log/cosignature.ts";
import { parseCheckpoint, type Checkpoint } from "../log/checkpoint.ts";
import type { Signer } from "../log/note-keys.ts";
import { parseNote } from "../log/note.ts";
import { relationshipLogOf } from "../../audit/record-keys.ts";
import type { Sql } from "../../audit/vault.ts";
import { logFolder } from "./layout.ts";
import type { ManifestLog, Selection } from "./manifest.ts";
import { erasuresOf, logNames, recordsOfCase, rowsOfCase, waitingOf, type ExportRow } from "./rows.ts";

/** What to export and for whom. `exportedAt`: ISO 8601. `signerOf`: what a log signs with; `witnesses`: verifier keys. */
export type BundleAsk = {
  readonly company: string;
  readonly reader: string;
  readonly selection: Selection;
  readonly exportedAt: string;
  readonly signerOf: (origin: string) => Signer;
  readonly witnesses: readonly string[];
};

/** Why there is no bundle. `waiting`: records are not under a checkpoint yet, and will be within seconds. */
export type BundleRefusal = {
  readonly kind: "refused";
  readonly code: "not-theirs" | "not-found" | "waiting";
  readonly detail: string;
};

/** A log as it goes into the bundle, under one checkpoint. `note` has the cosignatures of the known witnesses. */
export type LogPlan = {
  readonly manifest: ManifestLog;
  readonly note: string;
  readonly checkpoint: Checkpoint;
  readonly witnesses: readonly string[];
  /** Of a bundle that holds a case alone: how many records the log has of it. */
  readonly records: number;
  /** The entries of a bundle that holds a case alone. */
  readonly rows: readonly ExportRow[];
};

/** The logs that the reader may see and that hold what was asked for; a company's own log comes last. */
export async function planLogs(sql: Sql, ask: BundleAsk): Promise<readonly LogPlan[] | BundleRefusal> {
  const { company, reader, selection } = ask;
  const all = await logNames(sql, company);
  const mine = reader === company ? all : all.filter((log) => log === relationshipLogOf(company, reader));
  if (reader !== company && mine.length === 0) {
    return refused("not-theirs", `no log of \`${company}\` is shared with \`${reader}\``);
  }
  const plans: LogPlan[] = [];
  let waiting = 0;
  for (const log of mine.toSorted((a, b) => Number(a === company) - Number(b === company))) {
    const planned = await planLog(sql, ask, log);
    waiting += planned.waiting;
    if (planned.plan !== undefined) plans.push(planned.plan);
  }
  if (selection.kind === "case" && waiting > 0) {
    return refused("waiting", `of case \`${selection.case}\`, ${counted(waiting)} not under a checkpoint yet`);
  }
  if (plans.length > 0) return plans;
  if (selection.kind === "case") return refused("not-found", `nothing is recorded of case \`${selection.case}\``);
  if (waiting === 0) return refused("not-found", `nothing is recorded at \`${company}\``);
  return refused("waiting", `${counted(waiting)} not under a checkpoint yet`);
}

async function planLog(sql: Sql, ask: BundleAsk, log: string): Promise<{ plan?: LogPlan; waiting: number }> {
  const { company, selection, witnesses } = ask;
  const caseId = selection.kind === "case" ? selection.case : null;
  const checkpoint = await newestCheckpoint(sql, company, log);
  const size = checkpoint?.size ?? 0;
  // What stays closed is shown with the record of its erasure, which belongs to another case.
  const keys = caseId === null ? [] : await erasuresOf(sql, company, caseId);
  const rows = caseId === null ? [] : await rowsOfCase(sql, { company, log, caseId, keys, size });
  const found = await waitingOf(sql, { company, log, size, of: caseId === null ? null : { caseId, keys } });
  const waiting = { count: found.count, keys: [...found.keys] };
  if (checkpoint === undefined || (caseId !== null && rows.length === 0)) return { waiting: waiting.count };
  const known = cosignedBy(checkpoint.note, witnesses);
  const head = parseCheckpoint(parseNote(checkpoint.note).text);
  const { origin } = head;
  const records = caseId === null ? 0 : await recordsOfCase(sql, { company, log, caseId });
  const complete = caseId === null;
  const entries = complete ? size : rows.length;
  const manifest = { log, origin, folder: logFolder(log), size, complete, entries, waiting };
  return { plan: { manifest, ...known, checkpoint: head, records, rows }, waiting: waiting.count };
}

/** The note with the log's signature and those of known witnesses alone: a bundle holds no signature it cannot explain. */
function cosignedBy(note: string, witnesses: readonly string[]): Pick<LogPlan, "note" | "witnesses"> {
  const known = witnesses.map(cosignatureVerifierOf);
  const { text, signatures } = parseNote(note);
  const { origin } = parseCheckpoint(text);
  const kept = signatures.filter(
    ({ name, keyId }) => name === origin || known.some((one) => one.name === name && one.keyId === keyId),
  );
  const used = known.filter((one) => kept.some(({ name, keyId }) => one.name === name && one.keyId === keyId));
  const lines = kept.map(({ line }) => `${line}\n`).join("");
  return { note: `${text}\n${lines}`, witnesses: used.map(({ vkey }) => vkey) };
}

function counted(records: number): string {
  return records === 1 ? "1 record is" : `${records} records are`;
}

function refused(code: BundleRefusal["code"], detail: string): BundleRefusal {
  return { kind: "refused", code, detail };
}
