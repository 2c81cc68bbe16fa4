import { lapseAgreement, readAgreement } from "../../audit/ledgers/agreements.ts";
import { sayWord } from "../../audit/ledgers/agreement-words.ts";
import { agreementIdOf } from "../../audit/record-keys.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { askAbout } from "../../deciding/agreement.ts";
import type { StepDeps } from "../../deciding/step.ts";
import type { AgreementState } from "../../domain/agreement.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

type Agree = Pick<LedgerActivities, "askSides" | "readAgreement" | "lapseAgreement" | "withdrawAgreement">;

/** Agreements as the workflow drives them; the ledger is the arbiter between words, the deadline and newer events. */
export function createAgree(deps: Pick<StepDeps, "pool" | "readTools">): Agree {
  const { pool } = deps;
  return {
    askSides: (step, terms, at) => askAbout(deps, step, terms, at),
    readAgreement: (company, agreementId) => stateOf(pool, company, agreementId),
    lapseAgreement: (company, agreementId, at) => lapseAgreement(pool, { company, agreementId }, at),
    withdrawAgreement: ({ company, stepKey }, at) => withdrawn(pool, company, agreementIdOf(company, stepKey), at),
  };
}

async function stateOf(pool: LedgerPool, company: string, agreementId: string): Promise<AgreementState> {
  const row = await readAgreement(pool, { company, agreementId });
  if (row === undefined) throw new Error(`no agreement \`${agreementId}\``);
  return row.state;
}

/** The case wants it no longer. What ended, and what is acted on already, stays as it is. */
async function withdrawn(pool: LedgerPool, company: string, agreementId: string, at: string): Promise<AgreementState> {
  const row = await readAgreement(pool, { company, agreementId });
  // The sides were never asked.
  if (row === undefined) return "withdrawn";
  const { digest } = row;
  const said = await sayWord(pool, { company, agreementId, side: company, word: "withdraw", digest, at });
  if (said.kind === "refused" && said.code === "past-deadline") {
    return lapseAgreement(pool, { company, agreementId }, at);
  }
  return stateOf(pool, company, agreementId);
}
