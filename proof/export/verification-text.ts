import { assertNever } from "../../domain/assert-never.ts";
import type { Finding } from "../verify/finding.ts";
import type { Verification } from "../verify/verification.ts";

/** What a verification found, for people: its logs, one line per case, the twelve checks, then every finding. */
export function verificationText(verification: Verification): string {
  const { manifest, logs, cases, checks, findings, found } = verification;
  const about = manifest === undefined ? [] : [titleOf(manifest), ""];
  const several = logs.length > 1;
  return [
    ...about,
    ...logs.map(logText),
    "",
    ...cases.map((told) => caseText(told, several)),
    ...(cases.length > 0 ? [""] : []),
    ...checks.slice(1).map(checkText),
    "",
    ...asides(verification),
    ...findings.map(findingText),
    ...(found > findings.length ? [`and ${found - findings.length} more findings`] : []),
    verdictText(verification),
  ]
    .map((line) => `${plain(line)}\n`)
    .join("");
}

/** A bundle's words come from anybody: none may begin a line of its own, or speak to the terminal. */
function plain(line: string): string {
  return line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, "\u00b7");
}

function titleOf({ company, reader, selection, exportedAt }: NonNullable<Verification["manifest"]>): string {
  const whose = reader === company ? company : `${company}, for ${reader}`;
  const what = { case: "one case", since: "whole logs, bodies since a time", company: "whole logs" }[selection.kind];
  const which =
    selection.kind === "case" ? ` ${selection.case}` : selection.kind === "since" ? ` ${selection.since}` : "";
  return `${whose}: ${what}${which}, exported ${exportedAt}`;
}

function logText({ origin, size, entries, complete, root, cosigned, waiting }: Verification["logs"][number]): string {
  const held = complete ? `${size} entries` : `${entries} of ${size} entries`;
  const seen = cosigned.map(({ name, at }) => `${name} at ${at}`).join(", ");
  const behind = waiting === 0 ? "" : `; ${waiting} more were not under a checkpoint yet`;
  return `log ${origin}: ${held}, root ${root}, ${seen === "" ? "cosigned by nobody" : `cosigned by ${seen}`}${behind}`;
}

function caseText(told: Verification["cases"][number], several: boolean): string {
  const { case: caseId, log, records, decisions, effects, verdict, findings } = told;
  const where = several ? `  in ${log}` : "";
  const did = `${counted(records, "record")}, ${counted(decisions, "decision")}, ${counted(effects, "receipt")}`;
  const held = findings === 0 ? "ok" : counted(findings, "finding");
  return `${held}  ${caseId}${where}  ${did}${verdict === undefined ? "" : `, last ${verdict}`}`;
}

function checkText({ check, name, checked, found }: Verification["checks"][number]): string {
  const said = found > 0 ? counted(found, "finding") : checked > 0 ? "ok" : "nothing to check";
  return `${String(check).padStart(2)} ${name.padEnd(42)} ${String(checked).padStart(8)} checked  ${said}`;
}

/** What is in order, and yet not all that one could wish for. */
function asides({ closed, notReplayed, elsewhere }: Verification): readonly string[] {
  const lines = [
    [closed.erased, "digests are closed for ever: erased under records of the log"],
    [closed.notAsked, "digests are of records before the time that was asked for"],
    [notReplayed.erased, "decisions are not replayed: what they rest on was erased"],
    [notReplayed.withoutPolicy, "decisions are not replayed: no policy was in force, and people decided"],
    [elsewhere, "records that others rest on stand outside this bundle"],
  ] as const;
  const told = lines.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
  return told.length === 0 ? [] : [...told, ""];
}

/** One finding as one line: what kind, which check, where, and what is wrong. */
export function findingText({ check, kind, log, seq, case: caseId, n, what }: Finding): string {
  const place = [
    log === undefined ? [] : [`log ${log}`],
    seq === undefined ? [] : [`entry ${seq}`],
    caseId === undefined ? [] : [`case ${caseId}`],
    n === undefined ? [] : [`record ${n}`],
  ].flat();
  return `${kind.toUpperCase()}  check ${check}${place.length === 0 ? "" : `, ${place.join(", ")}`}: ${what}`;
}

function verdictText({ outcome, anchored }: Verification): string {
  switch (outcome) {
    case "pass":
      return anchored ? "PASS: all of it holds, under the keys you gave" : "PASS: all of it agrees with itself";
    case "tampered":
      return "TAMPERED: this is not what was recorded, or not all that was exported";
    case "differs":
      return "DIFFERS: the records hold, and a decision comes out otherwise when it is taken again";
    case "incomplete":
      return "INCOMPLETE: nothing contradicts itself, and not everything could be checked";
    default:
      return assertNever(outcome);
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
