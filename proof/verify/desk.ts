import type { Envelope } from "../../domain/audit-record.ts";
import { bundlePaths } from "../bundle/layout.ts";
import { DisclosureLine, ErasedLine } from "../bundle/lines.ts";
import type { Manifest, Selection } from "../bundle/manifest.ts";
import { sha256Hex } from "../../audit/digest.ts";
import { checkBlobs } from "./blobs.ts";
import { createCaseBook } from "./case-book.ts";
import { checkCauses } from "./causes.ts";
import { checkDisclosures } from "./disclosures.ts";
import type { Entry, EntryCheck, ReadEntry } from "./entry.ts";
import { readEnvelope } from "./envelope.ts";
import { checkErasures, type Closed } from "./erasures.ts";
import type { Findings } from "./finding.ts";
import { HashSet } from "./hash-set.ts";
import { checkDates, type Kept } from "./kept.ts";
import type { LogHead } from "./notes.ts";
import { checkOnce } from "./once.ts";
import { checkPermitted } from "./permitted.ts";
import { checkReceipt } from "./receipts.ts";
import { checkReplay, type NotReplayed, type ReplayGuardrail } from "./replayed.ts";
import type { FileSource } from "./source.ts";
import { checkStray } from "./stray.ts";
import { toldLines } from "./told.ts";

export type DeskOptions = {
  /** Takes decisions again; without it check 11 does not run. */
  readonly replay?: ReplayGuardrail | undefined;
  /** A checkpoint from before. */
  readonly kept?: Kept | undefined;
  /** Hears how many entries were read so far, now and then. */
  readonly onProgress?: ((entries: number) => void) | undefined;
};

/** Where entries pass through the checks, in order. */
export type Desk = {
  readonly findings: Findings;
  readonly closed: Closed;
  readonly notReplayed: NotReplayed;
  readonly book: ReturnType<typeof createCaseBook>;
  readonly elsewhere: () => number;
  take(entry: Entry, head: LogHead): Promise<void>;
  end(): Promise<void>;
};

/** Entries between two words of progress. */
const PROGRESS_EVERY = 10_000;

export function openDesk(source: FileSource, manifest: Manifest, options: DeskOptions, findings: Findings): Desk {
  const tally = { closed: { withheld: 0, erased: 0, notAsked: 0 }, notReplayed: { erased: 0, withoutPolicy: 0 } };
  const { checks, blobs, causes } = checksOf(source, manifest, options, { ...tally, findings });
  const reading = readingOf(source, manifest, findings);
  const receipts = receiptsIn(source, findings);
  const [caseId, book] = [caseOf(manifest), createCaseBook()];
  let taken = 0;
  return {
    ...tally,
    findings,
    book,
    elsewhere: causes.elsewhere,
    async take(entry, head) {
      taken += 1;
      if (taken % PROGRESS_EVERY === 0) options.onProgress?.(taken);
      const read = await reading.of(entry);
      if (read === undefined) return;
      await receipts.check(read, head);
      for (const check of checks) {
        const running = check.take(read);
        if (running !== undefined) await running;
      }
      const { envelope, log } = read;
      if (caseId === undefined || envelope.case.id === caseId) book.add(log.log, envelope);
    },
    async end() {
      await reading.end();
      for (const check of checks) check.end?.();
      await checkStray(source, manifest, { values: blobs.named, receipts: receipts.keys }, findings);
    },
  };
}

function caseOf({ selection }: Manifest): string | undefined {
  return selection.kind === "case" ? selection.case : undefined;
}

type Tally = Pick<Desk, "closed" | "notReplayed" | "findings">;

function checksOf(
  source: FileSource,
  manifest: Manifest,
  { replay, kept }: DeskOptions,
  { closed, notReplayed, findings }: Tally,
) {
  const { company, reader, logs } = manifest;
  const [isOwn, caseId] = [reader === company, caseOf(manifest)];
  const blobs = checkBlobs(source, findings, isOwn);
  const whole = { wholeLogs: isOwn && caseId === undefined, caseId };
  const causes = checkCauses(findings, new HashSet(), new Map(logs.map((log) => [log.log, log])), whole);
  const checks: EntryCheck[] = [
    checkDisclosures(findings),
    causes,
    blobs,
    checkPermitted(findings),
    checkOnce(findings),
  ];
  if (replay !== undefined) checks.push(checkReplay({ replay, blobs, company, findings, not: notReplayed }));
  checks.push(checkErasures(findings, isOwn, closed));
  if (kept !== undefined) checks.push(checkDates(kept, findings));
  return { checks, blobs, causes };
}

/** Entries with what the bundle tells of them; check 5 on the way. */
function readingOf(source: FileSource, { logs, selection }: Manifest, findings: Findings) {
  const names = logs.map(({ log }) => log);
  const disclosed = toldLines(source, bundlePaths.disclosures, DisclosureLine, names, { check: 6, findings });
  const erased = toldLines(source, bundlePaths.erased, ErasedLine, names, { check: 12, findings });
  return {
    async of(entry: Entry): Promise<ReadEntry | undefined> {
      const told = await disclosed.about(entry.log.log, entry.seq);
      const gone = await erased.about(entry.log.log, entry.seq);
      const envelope = readEnvelope(entry, findings);
      if (envelope === undefined) return undefined;
      const disclosures = told?.disclosures ?? [];
      const { under = [], digests: erasedDigests = 0 } = gone ?? {};
      return { ...entry, envelope, disclosures, under, erasedDigests, asked: isAsked(selection, envelope) };
    },
    async end() {
      await disclosed.end();
      await erased.end();
    },
  };
}

function isAsked(selection: Selection, { at }: Envelope): boolean {
  return selection.kind !== "since" || at >= selection.since;
}

/** Decisions of whole logs have receipts too; those of a case taken out of its log are checked with its entries. */
function receiptsIn(source: FileSource, findings: Findings) {
  const keys = new HashSet();
  return {
    keys,
    async check(entry: ReadEntry, head: LogHead): Promise<void> {
      const { log, envelope, asked } = entry;
      if (log.complete && (envelope.kind !== "decision" || !asked)) return;
      keys.add(Buffer.from(sha256Hex(envelope.key), "hex"));
      if (log.complete) await checkReceipt(source, entry, envelope.key, head, findings);
    },
  };
}
