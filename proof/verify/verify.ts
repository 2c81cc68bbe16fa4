import { bundlePaths, logFolder } from "../bundle/layout.ts";
import { readManifest, type Manifest, type ManifestLog } from "../bundle/manifest.ts";
import { caseEntries } from "./case-entries.ts";
import { openDesk, type Desk, type DeskOptions } from "./desk.ts";
import { checkCaseEnd } from "./case-end.ts";
import { caseName, createFindings, type Findings } from "./finding.ts";
import { checkKept, type Kept } from "./kept.ts";
import { openHead, type LogHead, type Pins } from "./notes.ts";
import { checkQuorum, type QuorumPolicy } from "./quorum.ts";
import type { FileSource } from "./source.ts";
import { verificationOf, type Verification } from "./verification.ts";
import { wholeEntries } from "./whole-entries.ts";

/** What a reader holds a bundle against. */
export type VerifyOptions = DeskOptions & {
  readonly pins: Pins;
  readonly policy?: QuorumPolicy | undefined;
};

/** The twelve checks of a bundle, over its files alone. Never throws for what a bundle says: all that is wrong is found. */
export async function verifyBundle(source: FileSource, options: VerifyOptions): Promise<Verification> {
  const findings = createFindings();
  const manifest = await manifestOf(source, findings);
  if (manifest === undefined) return verificationOf({ findings, manifest, pins: options.pins });
  if (manifest.logs.length === 0) findings.add(0, "tampered", `${bundlePaths.manifest}: it names no log`);
  const desk = openDesk(source, manifest, options, findings);
  const heads: { readonly log: ManifestLog; readonly head: LogHead }[] = [];
  for (const log of manifest.logs) {
    if (!belongs(log, manifest, findings)) continue;
    const head = await openHead(source, log, options.pins, findings);
    if (head === undefined || !fits(log, head, findings)) continue;
    heads.push({ log, head });
    checkQuorum(log, head, options.policy, findings);
    await readLog(source, log, head, desk, { ...options, selection: manifest.selection });
  }
  checkPins(manifest, options.pins, findings);
  checkKeptLog(manifest, options.kept, findings);
  await desk.end();
  return verificationOf({ findings, manifest, pins: options.pins, heads, desk });
}

async function manifestOf(source: FileSource, findings: Findings): Promise<Manifest | undefined> {
  const bytes = await source.read(bundlePaths.manifest);
  findings.checked(0);
  if (bytes === undefined) return findings.add(0, "tampered", `${bundlePaths.manifest} is not there`);
  try {
    return readManifest(bytes.toString("utf8"));
  } catch (error) {
    const what = error instanceof Error ? error.message : "it cannot be read";
    return findings.add(0, "tampered", `${bundlePaths.manifest}: ${what}`);
  }
}

/** A log is one of the company's that the reader may see, in its own folder, and whole unless one case was asked for. */
function belongs({ log, folder, complete }: ManifestLog, manifest: Manifest, findings: Findings): boolean {
  const { company, reader, selection } = manifest;
  const own = log === company || log.startsWith(`${company}~`);
  const faults = [
    ...(own ? [] : [`\`${log}\` is no log of \`${company}\``]),
    ...(folder === logFolder(log) ? [] : [`the folder of \`${log}\` is not \`${folder}\``]),
    ...(reader === company || log === `${company}~${reader}` ? [] : [`\`${reader}\` may not see \`${log}\``]),
    ...(complete === (selection.kind !== "case") ? [] : [`\`${log}\` is not as whole as what was asked for`]),
  ];
  for (const fault of faults) findings.add(0, "tampered", `${bundlePaths.manifest}: ${fault}`, { log });
  return faults.length === 0;
}

/** What the manifest says of a log is what its checkpoint says. */
function fits({ log, origin, size }: ManifestLog, { checkpoint }: LogHead, findings: Findings): boolean {
  const tampered = (what: string) => findings.add(1, "tampered", what, { log });
  if (!checkpoint.origin.endsWith(`/${log}`)) {
    tampered(`the checkpoint is of \`${checkpoint.origin}\`, not of \`${log}\``);
  }
  if (checkpoint.origin !== origin) tampered(`the manifest calls \`${checkpoint.origin}\` \`${origin}\``);
  if (checkpoint.size === size) return true;
  tampered(`the manifest counts ${size} entries, the checkpoint ${checkpoint.size}`);
  return false;
}

async function readLog(
  source: FileSource,
  log: ManifestLog,
  head: LogHead,
  desk: Desk,
  { kept, selection }: VerifyOptions & Pick<Manifest, "selection">,
): Promise<void> {
  const { findings } = desk;
  const isKept = kept !== undefined && kept.checkpoint.origin === log.origin;
  const seeSize = isKept ? checkKept(kept, log, head, findings) : () => undefined;
  const pages = log.complete
    ? wholeEntries(source, log, head, findings, seeSize)
    : caseEntries(source, log, head, findings);
  for await (const entries of pages) for (const entry of entries) await desk.take(entry, head);
  if (selection.kind !== "case") return;
  const { case: caseId } = selection;
  const records = desk.book.cases.get(caseName(log.log, caseId))?.records ?? 0;
  await checkCaseEnd(source, log, head, { caseId, records }, findings);
}

/** A key that the reader knows is of a log that it expects: one that is not here was left out, or never was in the bundle. */
function checkPins({ logs }: Manifest, pins: Pins, findings: Findings): void {
  for (const { name } of pins.logs) {
    findings.checked(1);
    if (logs.some(({ origin }) => origin === name)) continue;
    findings.add(1, "incomplete", `you gave the key of \`${name}\`, and no log of that name is in this bundle`);
  }
}

function checkKeptLog({ logs }: Manifest, kept: Kept | undefined, findings: Findings): void {
  const origin = kept?.checkpoint.origin;
  if (origin === undefined || logs.some((log) => log.origin === origin)) return;
  findings.add(4, "incomplete", `the checkpoint you kept is of \`${origin}\`, which is not in this bundle`);
}
