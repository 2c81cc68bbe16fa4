import type { Envelope } from "../../domain/audit-record.ts";

/** A case of one log, as its envelopes tell it. */
export type CaseTold = {
  readonly log: string;
  readonly case: string;
  records: number;
  decisions: number;
  effects: number;
  /** The last verdict; undefined before the first decision. */
  verdict: string | undefined;
};

/** Counts the records of every case, in the order in which cases begin. */
export function createCaseBook() {
  const cases = new Map<string, CaseTold>();
  return {
    cases,
    add(log: string, { kind, case: { id }, fields }: Envelope): void {
      const name = `${log} ${id}`;
      const known = cases.get(name);
      const told = known ?? { log, case: id, records: 0, decisions: 0, effects: 0, verdict: undefined };
      if (known === undefined) cases.set(name, told);
      told.records += 1;
      if (kind === "receipt") told.effects += 1;
      if (kind !== "decision") return;
      told.decisions += 1;
      const { verdict } = fields;
      told.verdict = typeof verdict === "string" ? verdict : told.verdict;
    },
  };
}
