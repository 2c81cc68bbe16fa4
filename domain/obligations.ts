/** What may be owed after a decision. Rules name these; `title` says it to people. Schema-free. */
export const obligations = {
  "crm-note": { title: "leave a note on the CRM record that tells the decision and its reason" },
  "deal-team.tell": { title: "have the CRM's partner field name the partner who sells on the deal" },
} as const satisfies { readonly [id: string]: { readonly title: string } };

export type ObligationId = keyof typeof obligations;

/** Owed beside what rules name: the letter of reasons to the partner, where the policy has words for it. No rule names it. */
export const PARTNER_LETTER = "partner-letter";
