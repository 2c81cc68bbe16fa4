import type { Vault } from "./vault.ts";

/** A person as the durable engine knows them: a digest that is for ever the same, and that nobody else can make. */
export function personRefOf(vault: Pick<Vault, "blind">, company: string, personId: string): string {
  return vault.blind(company, `engine/person/${personId}`);
}
