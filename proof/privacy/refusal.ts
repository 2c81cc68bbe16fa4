/** Why an erasure, a hold or a retention was not taken. Nothing is changed by a refused one. */
export type PrivacyRefusal = {
  readonly kind: "refused";
  readonly code: "not-found" | "own-request" | "on-hold" | "still-open" | "already-decided";
  readonly detail: string;
};

export function refusal(code: PrivacyRefusal["code"], detail: string): PrivacyRefusal {
  return { kind: "refused", code, detail };
}

/** Who asks, and when: ISO 8601, passed in. */
export type Asker = { readonly company: string; readonly personId: string; readonly at: string };

/** Who does what nobody has to ask for: a person, or null for Mandate itself. */
export type Doer = Omit<Asker, "personId"> & { readonly personId: string | null };
