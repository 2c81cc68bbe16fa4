import type { JsonObject } from "../domain/json.ts";
import { disclose, type Disclosure } from "./disclosure.ts";
import { fieldSalt } from "./subject-key.ts";
import type { Ledger, Vault } from "./vault.ts";

/** `key`: wrapped, base64; null once it was destroyed, `erasedUnder` then names the record. `personal`: a person's words. */
export type SealedPart = {
  readonly subject: string;
  readonly sealed: string;
  readonly key: string | null;
  readonly erasedUnder: string | null;
  readonly personal: boolean;
};

/** The sealed parts of record `r`, in order, as the column `s.sealed`: a lateral join. */
export const joinSealedParts = `
  left join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('subject', x.subject_id, 'sealed', encode(x.sealed, 'base64'),
             'key', encode(k.wrapped_key, 'base64'), 'erasedUnder', k.erased_under,
             'personal', coalesce(starts_with(k.name, 'person:'), false)) order by x.place), '[]') as sealed
    from unnest(r.subjects, r.sealed) with ordinality as x (subject_id, sealed, place)
    cross join lateral (select name, wrapped_key, erased_under from audit_subject y
                        where y.company = r.company and y.subject_id = x.subject_id limit 1) k) s on true`;

/** What a part of the record with this key discloses: nothing when it was erased, undefined when it cannot be opened. */
export function openPart(
  vault: Vault,
  company: string,
  recordKey: string,
  { subject, sealed, key }: SealedPart,
): readonly Disclosure[] | undefined {
  if (key === null) return [];
  try {
    const opening = vault.unwrap(company, subject, Buffer.from(key, "base64"));
    const fields = JSON.parse(opening.open(Buffer.from(sealed, "base64"), recordKey)) as JsonObject;
    return Object.entries(fields).map(([name, value]) => disclose(fieldSalt(opening, recordKey, name), name, value));
  } catch {
    return undefined;
  }
}

/** The text of a value kept beside its body; undefined when it is not there or was erased. @throws when it does not open. */
export async function readBlob(ledger: Ledger, company: string, digest: string): Promise<string | undefined> {
  const { rows } = await ledger.query<{ subject_id: string; sealed: Buffer; wrapped_key: Buffer }>({
    name: "read-blob",
    text: `select b.subject_id, b.sealed, s.wrapped_key from audit_blob b
           cross join lateral (select wrapped_key from audit_subject x
                               where x.company = b.company and x.subject_id = b.subject_id limit 1) s
           where b.company = $1 and b.digest = $2 and s.wrapped_key is not null limit 1`,
    values: [company, digest],
  });
  const [row] = rows;
  return row && ledger.vault.unwrap(company, row.subject_id, row.wrapped_key).open(row.sealed, digest);
}
