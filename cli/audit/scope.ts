import type { Client } from "../client.ts";
import { findCase } from "../find-case.ts";

/**
 * What may be erased or held, as the API takes it: `person:<id>` and `company` as they are; anything else names a case,
 * by `case:<case id>`, a case id, an event id or the business object's id. Throws `CliFailure`.
 */
export async function findScope(client: Client, given: string): Promise<string> {
  if (given === "company" || given.startsWith("person:")) return given;
  return `case:${await findCase(client, given.startsWith("case:") ? given.slice("case:".length) : given)}`;
}
