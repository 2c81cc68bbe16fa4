import type { ReleaseStatement } from "../../domain/policy-release.ts";
import { policyCaseOf } from "../../domain/policy-release.ts";
import { sha256Hex } from "../digest.ts";
import type { Ledger, Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";

/** One signed change in the history of a company's releases. */
export type ReleaseChange = ReleaseStatement & {
  readonly role: string;
  /** One person was enough: whoever reads it proves again that it loosens nothing. */
  readonly alone: boolean;
  /** Ed25519 over the canonical JSON of the statement's words, base64. */
  readonly signature: string;
};

/** A bundle as kept: `document` is canonical JSON, `release` its SHA-256 (hex). */
export type KeptRelease = { readonly release: string; readonly parent: string | null; readonly document: string };

/** Public signing keys (SPKI, base64) by person. */
export type Signers = ReadonlyMap<string, string>;

export async function readSigners(sql: Sql, company: string): Promise<Signers> {
  const { rows } = await sql.query<{ person: string; publicKey: string }>({
    name: "signers",
    text: `select person_id as person, public_key as "publicKey" from signing_key where company = $1`,
    values: [company],
  });
  return new Map(rows.map(({ person, publicKey }) => [person, publicKey]));
}

type Registration = {
  readonly company: string;
  readonly person: string;
  readonly publicKey: string;
  readonly at: string;
};

/** Registers a person's first public key, with its record. Answers the key that stands: an earlier one is kept. */
export async function registerSigner(
  ledger: Ledger,
  { company, person, publicKey, at }: Registration,
): Promise<string> {
  const caseId = policyCaseOf(company);
  const recordKey = `${caseId}/signing-key/${sha256Hex(publicKey).slice(0, 20)}`;
  const body = { change: "signing-key", person, publicKey };
  const record = { company, caseId, kind: "policy", key: recordKey, at, body, person } as const;
  const canonical = await sealRecord(ledger, record);
  const { rows } = await ledger.query<{ key: string }>("select register_signing_key($1) as key", [
    JSON.stringify({ company, person, publicKey, at, caseId, recordKey, canonical }),
  ]);
  return rows[0]?.key ?? "";
}

/** The changes after a place in the history, in order. */
export async function readReleaseChanges(sql: Sql, company: string, after = 0): Promise<ReleaseChange[]> {
  const { rows } = await sql.query<ReleaseChange>({
    name: "release-changes",
    text: `select company, n, action, release, parent, canary_ppm as "canaryPpm", replaces, alone, person_id as person, role, reason,
            at, signature
     from policy_release_event where company = $1 and n > $2 order by n`,
    values: [company, after],
  });
  return rows;
}

export async function readRelease(sql: Sql, company: string, release: string): Promise<KeptRelease | undefined> {
  const { rows } = await sql.query<KeptRelease>({
    name: "release",
    text: "select release, parent, document from policy_release where company = $1 and release = $2",
    values: [company, release],
  });
  return rows[0];
}

/**
 * Appends a change at its place with its record, and the bundle it brings; one transaction. False when the place is
 * taken: somebody else changed the history meanwhile.
 */
export async function appendReleaseChange(
  ledger: Ledger,
  change: ReleaseChange,
  document: string | null,
): Promise<boolean> {
  const { company, n, at } = change;
  const caseId = policyCaseOf(company);
  const recordKey = `${caseId}/release/${n}`;
  const { action, release, parent, canaryPpm, replaces, alone, person, role, reason, signature } = change;
  const body = { change: action, n, release, parent, canaryPpm, replaces, alone, person, role, reason, signature };
  const parents = [`${caseId}/release/${n - 1}`];
  const record = { company, caseId, kind: "policy", key: recordKey, at, body, parents, person } as const;
  const canonical = await sealRecord(ledger, record);
  const { rows } = await ledger.query<{ appended: boolean }>("select append_release_change($1) as appended", [
    JSON.stringify({ ...change, document, caseId, recordKey, canonical }),
  ]);
  return rows[0]?.appended === true;
}
