/** A record as it is sent to whoever rebuilds a case: with everything that rebuilds and proves it. Plain JSON. */
export type FiledRecord = {
  readonly n: number;
  readonly kind: string;
  readonly key: string;
  readonly at: string;
  readonly digest: string;
  readonly body: { readonly [name: string]: unknown };
  readonly log: string;
  /** Hashes of the leaves that it rests on, hex. */
  readonly parents: readonly string[];
  /** The key of the erasure's record after which parts of the body can no longer be read. */
  readonly erased: string | null;
  /** The leaf, `Envelope` of domain/audit-record.ts: its canonical JSON (RFC 8785) hashes to `digest`. */
  readonly envelope: FiledEnvelope;
  /** The body's fields, each salted, as the envelope commits to them (RFC 9901). */
  readonly disclosures: readonly string[];
  /** The record's place in its log, from 0. Null until the next checkpoint. */
  readonly seq: number | null;
  /** A c2sp.org/tlog-proof that it stands in its log, with the checkpoint and its cosignatures. */
  readonly proof: string | null;
};

export type FiledEnvelope = {
  readonly action?: string | undefined;
  readonly actor: { readonly type: "person" | "system"; readonly ref: string };
  readonly at: string;
  readonly case: { readonly id: string; readonly n: number };
  readonly fields: { readonly [name: string]: unknown };
  readonly key: string;
  readonly kind: string;
  readonly log: string;
  readonly parents: readonly string[];
  readonly sd: readonly string[];
  readonly typ: "audit/v1";
};

export type FiledCase = {
  readonly company: string;
  readonly caseId: string;
  /** False when the server itself finds that a hash, a digest or the numbering does not hold. */
  readonly intact: boolean;
  readonly records: readonly FiledRecord[];
  /** Numbers of records that are not for who reads, in a file that was made for a partner. */
  readonly leftOut?: readonly number[];
  /** Records of other cases that these rest on: the prompts that agents worked under. */
  readonly cited: readonly FiledRecord[];
  /** Canonical JSON of each policy by `<policy id> <version>`. */
  readonly policies: { readonly [name: string]: string };
};
