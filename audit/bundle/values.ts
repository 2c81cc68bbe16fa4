import { sha256Hex } from "../digest.ts";
import type { Ledger } from "../vault.ts";
import { blobPath } from "./layout.ts";
import { textPiece, type Piece } from "./piece.ts";

/** A large value as it stands in a bundle, or undefined when its key is destroyed or does not open it. */
export async function blobPiece(ledger: Ledger, company: string, digest: string): Promise<Piece | undefined> {
  const { rows } = await ledger.query<{ subject_id: string; sealed: Buffer; wrapped_key: Buffer }>({
    name: "export-blob",
    text: `select b.subject_id, b.sealed, s.wrapped_key from audit_blob b join audit_subject s using (company, subject_id)
           where b.company = $1 and b.digest = $2 and s.wrapped_key is not null limit 1`,
    values: [company, digest],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  try {
    const key = ledger.vault.unwrap(company, row.subject_id, row.wrapped_key);
    return textPiece(blobPath(digest), key.open(row.sealed, digest));
  } catch {
    return undefined;
  }
}

/** The document of a policy's version, under the digest that it really has. */
export async function policyPiece(
  ledger: Ledger,
  company: string,
  policy: { readonly id: string; readonly version: string },
): Promise<Piece | undefined> {
  const { rows } = await ledger.query<{ document: string }>({
    name: "export-policy",
    text: "select document from policy_version where company = $1 and policy_id = $2 and version = $3",
    values: [company, policy.id, policy.version],
  });
  const document = rows[0]?.document;
  return document === undefined ? undefined : textPiece(blobPath(sha256Hex(document)), document);
}
