import { appendOnce, appendRecord, type Ledger } from "../../audit/records.ts";
import type { ErasureGround } from "./grounds.ts";
import { refusal, type Asker, type Doer, type PrivacyRefusal } from "./refusal.ts";
import { privacyCaseOf, publicScope, type SubjectName } from "./scope.ts";

/** A subject whose erasure nothing stands in the way of, until the transaction ends. */
export type Erasable = {
  readonly kind: "erasable";
  readonly subject: SubjectName;
  /** The random name that envelopes know it by. */
  readonly subjectId: string;
  /** Records that a part of is sealed under its key. */
  readonly records: number;
  /** Signed policy changes of a person, which keep the person's id: they prove what is in force. */
  readonly signatures: number;
};

/** A subject that cannot be erased now; by a hold when `holdId` is given. */
export type Blocked = {
  readonly kind: "blocked";
  readonly subject: SubjectName;
  readonly holdId: string | null;
  readonly why: string;
};

type Prepared = {
  subject_id: string;
  records: number;
  signatures: number;
  hold_id: string | null;
  open_matter: string | null;
};

/** Locks a subject against everything else, and says whether it may be erased. Undefined when no key of it stands. */
export async function prepareErasure(
  ledger: Ledger,
  { company, at }: Pick<Asker, "company" | "at">,
  subject: SubjectName,
): Promise<Erasable | Blocked | undefined> {
  const { rows } = await ledger.query<Prepared>("select * from prepare_erasure($1, $2, $3)", [company, subject, at]);
  const found = rows[0];
  if (found === undefined) return undefined;
  const { subject_id: subjectId, records, signatures, hold_id: holdId, open_matter: openMatter } = found;
  if (holdId !== null) return { kind: "blocked", subject, holdId, why: `legal hold ${holdId} is on it` };
  if (openMatter !== null) return { kind: "blocked", subject, holdId, why: openMatter };
  return { kind: "erasable", subject, subjectId, records, signatures };
}

/** The refusal that a blocked erasure is answered with. */
export function blockedRefusal({ subject, holdId, why }: Blocked): PrivacyRefusal {
  return refusal(holdId === null ? "still-open" : "on-hold", `\`${subject}\` cannot be erased: ${why}`);
}

/** Records that a hold refused an erasure; once per `attempt`. What is merely open is no matter of record. */
export async function recordRefusal(ledger: Ledger, doer: Doer, blocked: Blocked, attempt: string): Promise<void> {
  const { company, at } = doer;
  const who = whoOf(doer);
  const { subject, holdId } = blocked;
  if (holdId === null) return;
  const caseId = privacyCaseOf(company);
  const key = `${caseId}/${holdId}/refused/${attempt}`;
  const body = { change: "refused-erasure", holdId, scope: await publicScope(ledger, company, subject), ...who };
  await appendOnce(ledger, { company, caseId, kind: "hold", key, at, body, parents: [`${caseId}/${holdId}`], ...who });
}

/** A person is named in the body, and in the record as whose doing it is; what nobody asked for is Mandate's own. */
function whoOf({ personId }: Doer): { readonly person?: string } {
  return personId === null ? {} : { person: personId };
}

export type Erasure = {
  readonly erasureId: string;
  readonly ground: ErasureGround;
  /** The random name of who asked, when another person confirms. */
  readonly askedBy?: string;
  /** Keys of the records it rests on. */
  readonly parents?: readonly string[];
};

/**
 * Appends the erasure's record and, in the same transaction, destroys the subject's key and overwrites what the ledgers
 * hold of it. Answers the record's key.
 */
export async function carryOut(ledger: Ledger, doer: Doer, erasable: Erasable, erasure: Erasure): Promise<string> {
  const { company, personId: confirmedBy, at } = doer;
  const who = whoOf(doer);
  const { subject, subjectId, records } = erasable;
  const { erasureId, ground, askedBy, parents = [] } = erasure;
  const caseId = privacyCaseOf(company);
  const recordKey = `${caseId}/${erasureId}`;
  const body = { subject: subjectId, ground, records, erasureId, ...(askedBy !== undefined && { askedBy }), ...who };
  await appendRecord(ledger, { company, caseId, kind: "erasure", key: recordKey, at, body, parents, ...who });
  const asked = askedBy === undefined ? {} : { erasureId, confirmedBy };
  await ledger.query("select erase_subject($1)", [JSON.stringify({ company, subject, recordKey, at, ...asked })]);
  return recordKey;
}
