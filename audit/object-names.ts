import { isTelling, objectNameOf } from "../domain/object-name.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Ledger, Sql } from "./records.ts";

/** An object of a system of record, by the id that the system has for it. */
export type OwnedObject = { readonly system: string; readonly type: string; readonly id: string };

/**
 * What an object is called here: by its own id, or by a keyed digest where that may tell whose it is. The way back is kept first,
 * beside nothing else, until an erasure takes it.
 */
export async function nameObject(ledger: Ledger, company: string, { system, type, id }: OwnedObject): Promise<string> {
  if (!isTelling(id)) return id;
  const name = objectNameOf(ledger.vault.blind(company, canonicalJson({ object: [system, type, id] })));
  await ledger.query({
    name: "keep-object-name",
    text: `insert into object_name (company, name, object_id) values ($1, $2, $3) on conflict do nothing`,
    values: [company, name, id],
  });
  return name;
}

/** The object's id at its system; undefined once it was erased. */
export async function ownIdOf(sql: Sql, company: string, name: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ id: string }>({
    name: "own-id-of-object",
    text: "select object_id as id from object_name where company = $1 and name = $2",
    values: [company, name],
  });
  return rows[0]?.id;
}
