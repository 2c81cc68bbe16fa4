/**
 * Every key that must survive a retry, a restart or a reset is built here from business names only:
 * never from a run id, an activity id or an attempt number. Schema-free: workflows import it.
 */

/** The workflow id: one case per company, function and business object, e.g. `acme:quoting:crm-deal-1001`. */
export function caseIdOf(company: string, functionId: string, objectRef: string): string {
  return `${company}:${functionId}:${objectRef}`;
}

/** Names a business object across systems, e.g. `crm-deal-1001`: by its system of record, whoever told of it. */
export function objectRefOf(system: string, objectType: string, objectId: string): string {
  return `${system}-${objectType}-${objectId}`;
}

/**
 * Names one governed step of one event of a case, in the ledgers; the outside world knows its effect by what it asks
 * (docs/decisions/0016). `round` counts fresh proposals for the same step (1 unless the record changed under an approval).
 */
export function stepKeyOf(caseId: string, eventId: string, step: string, round: number): string {
  return `${caseId}/${eventId}/${step}${round === 1 ? "" : `~${round}`}`;
}
