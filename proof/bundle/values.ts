import { sha256Hex } from "../../audit/digest.ts";
import { readBlob } from "../../audit/sealed-part.ts";
import type { Ledger } from "../../audit/vault.ts";
import { blobPath } from "./layout.ts";
import { textPiece, type Piece } from "./piece.ts";

/** A large value as it stands in a bundle, or undefined when its key is destroyed or does not open it. */
export async function blobPiece(ledger: Ledger, company: string, digest: string): Promise<Piece | undefined> {
  const text = await readBlob(ledger, company, digest).catch(() => undefined);
  return text === undefined ? undefined : textPiece(blobPath(digest), text);
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
