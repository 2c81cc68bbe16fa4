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

/** What the ids of a function's cases begin with, before their object's own id. */
export function caseStartOf(company: string, functionId: string, system: string, objectType: string): string {
  return caseIdOf(company, functionId, objectRefOf(system, objectType, ""));
}

/** The object that a case is about, by what the ids of such cases begin with; undefined for a case of another kind. */
export function objectIdIn(caseId: string, start: string): string | undefined {
  return caseId.startsWith(start) ? caseId.slice(start.length) : undefined;
}

/**
 * Names one governed step of one event of a case, in the ledgers; the outside world knows its effect by what it asks
 * (docs/decisions/0016). `round` counts fresh proposals for the same step (1 unless the record changed under an approval).
 */
export function stepKeyOf(caseId: string, eventId: string, step: string, round: number): string {
  return `${caseId}/${eventId}/${step}${round === 1 ? "" : `~${round}`}`;
}
