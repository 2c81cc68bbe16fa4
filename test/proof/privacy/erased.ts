import { askErasure, confirmErasure, type Erased } from "../../../proof/privacy/erasure.ts";
import type { SubjectName } from "../../../proof/privacy/scope.ts";
import type { LedgerPool } from "../../../audit/records.ts";

const NOW = "2026-06-01T09:00:00.000Z";

/** Two ops engineers. */
export const ola = { company: "acme", personId: "ola", at: NOW };
export const omar = { company: "acme", personId: "omar", at: NOW };

/** Erases as Ola asks and Omar confirms. */
export async function eraseSubject(pool: LedgerPool, subject: SubjectName): Promise<Erased> {
  const asked = await askErasure(pool, ola, { subject, ground: "consent-withdrawn", reason: "they asked us to" });
  if (asked.kind !== "asked") throw new Error(asked.detail);
  const erased = await confirmErasure(pool, omar, asked.erasure.erasureId);
  if (erased.kind !== "erased") throw new Error(erased.detail);
  return erased;
}
