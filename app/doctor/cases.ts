import { addingSomebody, stallText } from "../../cli/status-text.ts";
import { offsetOf } from "../../db/company-clock.ts";
import { readStatus, type Status, type StatusDeps } from "../../gateway/status/read-status.ts";
import { externalTemporal } from "../config.ts";
import { presentCodecsOf } from "../engine/codec-of.ts";
import type { TemporalPlace } from "../temporal-connection.ts";
import { ledgersOf } from "./audit.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CHECKS = ["cases", "questions", "replies", "agreements", "ends", "quarantine"] as const;
const [CASES, QUESTIONS, REPLIES, AGREEMENTS, ENDS, QUARANTINE] = CHECKS;
const CONNECT_TIMEOUT_MS = 3_000;

/** Whether a case tries the same thing for ever, and whether a question or an awaited reply is past due. */
export async function checkCases(patient: Patient): Promise<readonly Finding[]> {
  const { config, databaseUrl, deps } = patient;
  const place = await placeOf(patient);
  if (databaseUrl === undefined || place === undefined) {
    return CHECKS.map((check) => ok(check, "nothing is running: nothing is under way"));
  }
  const sql = ledgersOf(patient, databaseUrl);
  try {
    const at = new Date(deps.now().getTime() + (await offsetOf(sql, config.company))).toISOString();
    let fault = "";
    const onFault = (error: unknown) => (fault = (error as Error).message);
    const status = await readStatus({ sql, company: config.company, openCases: askAt(place), onFault, at });
    const others = [repliesFinding, agreementsFinding, endsFinding, heldFinding].map((tell) => tell(status));
    return [casesFinding(status, fault), questionsFinding(status), ...others];
  } catch (error) {
    const detail = `what is under way cannot be read: ${(error as Error).message}`;
    return CHECKS.map((check) => warn(check, detail, "npx mandate doctor"));
  } finally {
    await sql.end();
  }
}

/** The Temporal that cases run on here; undefined when none is named and none runs. */
export async function placeOf({ config, deps, runtime }: Patient): Promise<TemporalPlace | undefined> {
  const outside = await (deps.externalTemporal ?? externalTemporal)();
  const address = runtime.kind === "running" ? runtime.runtime.temporalAddress : undefined;
  const place =
    outside ?? (address === undefined ? undefined : { namespace: "default", connectionOptions: { address } });
  return place && { ...place, codecs: presentCodecsOf(config) };
}

function askAt({ namespace, connectionOptions }: TemporalPlace): StatusDeps["openCases"] {
  return async (asked) => {
    const [{ Client, Connection }, { lookAtCases }] = await Promise.all([
      import("@temporalio/client"),
      import("../../gateway/status/stalled-cases.ts"),
    ]);
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
    try {
      return await lookAtCases(new Client({ connection, namespace }), asked);
    } finally {
      await connection.close();
    }
  };
}

function casesFinding({ cases }: Status, fault: string): Finding {
  const fix = "npx mandate status";
  if (cases === null) return warn(CASES, `what is stalled is not known: ${fault}`, "npx mandate doctor");
  const { open, lookedAt, stalled, stalledCases } = cases;
  const [first] = stalledCases;
  if (first !== undefined) {
    const others = stalled === 1 ? "" : `; ${stalled - 1} more`;
    return fail(CASES, `stalled: ${first.caseId}: ${stallText(first)}${others}`, fix);
  }
  if (lookedAt < open) return warn(CASES, `${open} open, of which ${open - lookedAt} could not be looked at`, fix);
  return ok(CASES, `${open} open, none stalled`);
}

function questionsFinding({ questions: { open, overdue, oldest, outOfReach, wantedRoles } }: Status): Finding {
  if (outOfReach > 0) {
    const detail = `nobody who is known can let ${outOfReach} of ${open} pass: there is nobody, or not enough people, as ${wantedRoles.join(" or ")}`;
    return warn(QUESTIONS, detail, `npx mandate ${addingSomebody(wantedRoles)}`);
  }
  if (overdue === 0 || oldest === null) return ok(QUESTIONS, `${open} open, none past due`);
  return warn(QUESTIONS, `${overdue} of ${open} past due`, "npx mandate escalations list");
}

/** Whatever was asked ends in an effect or in words to whoever asked. What broke that promise is for people to take up. */
function endsFinding({ ends: { untold, broken, named } }: Status): Finding {
  const [first] = named;
  if (first === undefined) return ok(ENDS, "none in silence in 30 days");
  const counts = `${untold} told to nobody, ${broken ?? "not known how many"} broken off in 30 days`;
  return warn(ENDS, `${counts}: ${first.caseId} on ${first.eventId}`, `npx mandate audit show ${first.caseId}`);
}

/** What came and could not be taken is nobody's case: only a person lets it go on. */
function heldFinding({ quarantine: { held, oldestAt } }: Status): Finding {
  if (oldestAt === null) return ok(QUARANTINE, "no event is held");
  return warn(QUARANTINE, `${held} events could not be taken, the oldest since ${oldestAt}`, "npx mandate events held");
}

/** A case that runs lapses a reply at its deadline: one past it has no case any more, or one that nobody works on. */
function repliesFinding({ replies: { waiting, overdue, next } }: Status): Finding {
  if (overdue === 0 || next === null) return ok(REPLIES, `${waiting} awaited, none past due`);
  const of = `${overdue} of ${waiting} past due: ${next.correlation} of ${next.caseId}`;
  return warn(REPLIES, of, `npx mandate audit show ${next.caseId}`);
}

/** The executor's case lapses what nobody answered; a copy hears of it. One past its time is looked after by nobody. */
function agreementsFinding({ agreements: { open, ours, overdue, next } }: Status): Finding {
  if (next === null) return ok(AGREEMENTS, "none open");
  if (overdue > 0) {
    const of = `${overdue} of ${open} past due: ${next.agreementId} of ${next.caseId}`;
    return warn(AGREEMENTS, of, `npx mandate audit show ${next.caseId}`);
  }
  return ok(AGREEMENTS, `${open} open, none past due, ${ours || "none"} to be answered here`);
}
