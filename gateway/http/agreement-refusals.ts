import type { Context } from "hono";
import type { Logger } from "pino";
import type { WordOutcome, WordRefusal } from "../../audit/ledgers/agreement-words.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { Said } from "../../domain/agreement.ts";
import { refuse } from "./problem.ts";

/** What the doors of agreements have in common. */

export type AgreementDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601: deadlines go by it. */
  readonly at: () => string;
  /** Called when something was said: a case can be woken, other companies told. */
  readonly onWord: () => void;
  readonly log: Logger;
};

/** Wakes whoever carries it on, and logs which side said what; never who or why. */
export function tellWord(
  { onWord, log }: AgreementDeps,
  what: Said & { readonly agreementId: string },
  outcome: WordOutcome,
): void {
  const detail = { component: "agreements", ...what };
  if (outcome.kind === "refused") return log.warn({ ...detail, code: outcome.code }, "word refused");
  if (outcome.fresh) onWord();
  log.info({ ...detail, fresh: outcome.fresh, state: outcome.row.state }, "word taken");
}

type Refused = Extract<WordOutcome, { kind: "refused" }>;

export function refuseWord(c: Context, agreementId: string, { code, row }: Refused) {
  switch (code) {
    case "not-found":
      return refuse(c, "not-found", `no agreement \`${agreementId}\``);
    case "other-digest":
      return refuse(c, "stale-action", "what is asked is not what was shown; read the agreement again");
    case "too-late":
      return refuse(c, "too-late", `the executor acts on it: ${row?.state ?? ""}`);
    case "ended":
      return refuse(c, "already-decided", `it is ${row?.state ?? ""}`);
    case "past-deadline":
      return refuse(c, "past-deadline", `the deadline was ${row?.expiresAt ?? ""}`);
    case "own-request":
      return refuse(c, "own-request", "a request is never answered by who made it");
    case "unknown-requester":
      return refuse(c, "unknown-requester", "the directory knows nobody by what the record says who asks");
    case "wrong-role":
    case "no-side":
      return refuse(c, "wrong-role", `needs ${row?.role ?? "a side"}`);
    case "key-reused":
      return refuse(c, "idempotency-key-reused", "this Idempotency-Key was sent with another request");
  }
}

/** Refusals in the words of a company's door, which has no person to tell. */
export function codeOf(outcome: WordOutcome): WordRefusal | null {
  return outcome.kind === "refused" ? outcome.code : null;
}
