import type { Envelope, RecordDraft } from "../domain/audit-record.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { canonicalJson } from "./canonical-json.ts";
import { sha256Hex } from "./digest.ts";
import { disclosedText, disclosureDigest, disclosureOf } from "./disclosure.ts";
import { personalFields, publicFields } from "./public-fields.ts";
import { fieldSalt, type SubjectKey } from "./subject-key.ts";
import type { Ledger } from "./vault.ts";

/** A value whose canonical JSON is longer is kept beside the body, under its digest. Bytes. */
export const LARGE_VALUE_BYTES = 262_144;

/** One part of a body, all of it about one subject: members of a JSON object. */
type Part = { readonly key: SubjectKey; readonly fields: string[] };

/** Stands in a body for a value kept beside it; `sha256` (hex) is of its canonical JSON. */
export type BlobRef = { readonly blob: { readonly sha256: string } };

type Blob = { readonly digest: string; readonly subject: string; readonly sealed: string };

/**
 * A record as `append_record` takes it, JSON text: the envelope around the number and the parents, which the database
 * gives, and the body's fields, each salted, committed to by the envelope, and sealed under its subject's key.
 */
export async function sealRecord(ledger: Ledger, draft: RecordDraft): Promise<string> {
  const [sealed] = await sealRecords(ledger, [draft]);
  return JSON.stringify(sealed);
}

/** What `sealRecord` writes, of records of one company. The keys of all their subjects are asked for at once. */
export async function sealRecords(ledger: Ledger, drafts: readonly RecordDraft[]): Promise<readonly JsonObject[]> {
  const company = drafts[0]?.company;
  if (company === undefined) return [];
  if (drafts.some((draft) => draft.company !== company)) throw new RangeError("records of one company go together");
  const names = [...new Set(drafts.flatMap(subjectsOf))];
  const keys = await ledger.vault.keysOf(ledger, company, names);
  const byName = new Map(names.map((name, index) => [name, keys[index]]));
  return drafts.map((draft) => seal(draft, ...subjectsOf(draft).map((name) => byName.get(name))));
}

/** Whom a record's body is about: its case, and the person whose doing it is. */
export function subjectsOf({ caseId, person }: RecordDraft): [string, string] {
  return [`case:${caseId}`, person === undefined ? `case:${caseId}` : `person:${person}`];
}

function seal(draft: RecordDraft, caseKey?: SubjectKey, personKey?: SubjectKey): JsonObject {
  const { caseId, kind, body, person, parents = [], urgent = false } = draft;
  if (caseKey === undefined || personKey === undefined) throw new Error(`no keys for \`${caseId}\``);
  const isPersonal = (name: string) => person !== undefined && personalFields[kind]?.includes(name) === true;
  const ofCase: Part = { key: caseKey, fields: [] };
  const ofPerson: Part = { key: personKey, fields: [] };
  const blobs: Blob[] = [];
  const shown: { [name: string]: Json } = {};
  const sd: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (publicFields[kind].includes(name)) {
      shown[name] = value;
      continue;
    }
    const { key, fields } = isPersonal(name) ? ofPerson : ofCase;
    const text = asideWhenLarge(key, canonicalJson(value), blobs);
    fields.push(`${canonicalJson(name)}:${text}`);
    sd.push(disclosureDigest(disclosureOf(disclosedText(fieldSalt(key, draft.key, name), name, text))));
  }
  const envelope = envelopeText(draft, {
    actor: person === undefined ? { type: "system", ref: "mandate" } : { type: "person", ref: personKey.subjectId },
    fields: shown as Envelope["fields"],
    sd: sd.sort(),
    ...(draft.actionDigest !== undefined && { action: caseKey.salt("action", draft.actionDigest) }),
  });
  const bodies = [ofCase, ofPerson]
    .filter(({ fields }) => fields.length > 0)
    .map(({ key, fields }) => ({
      subject: key.subjectId,
      sealed: key.seal(`{${fields.join(",")}}`, draft.key).toString("base64"),
    }));
  return { ...envelope, log: logOf(draft), urgent, parents, bodies, blobs };
}

/** The log a record goes to. */
function logOf({ company, log = company }: RecordDraft): string {
  return log;
}

/** The value's canonical text, or a reference to it when it is kept beside the body. */
function asideWhenLarge(key: SubjectKey, text: string, blobs: Blob[]): string {
  if (text.length <= LARGE_VALUE_BYTES / 4 || Buffer.byteLength(text, "utf8") <= LARGE_VALUE_BYTES) return text;
  const digest = sha256Hex(text);
  blobs.push({ digest, subject: key.subjectId, sealed: key.seal(text, digest).toString("base64") });
  return canonicalJson({ blob: { sha256: digest } } satisfies BlobRef);
}

type Said = Pick<Envelope, "actor" | "action" | "fields" | "sd">;

/** The envelope's RFC 8785 text in three pieces: before the record's number, up to its parents, and after them. */
function envelopeText(draft: RecordDraft, { actor, action, fields, sd }: Said) {
  const { caseId, kind, key, at } = draft;
  const first = members({ ...(action !== undefined && { action }), actor, at });
  const second = members({ fields, key, kind, log: logOf(draft) });
  return {
    head: `{${first},"case":{"id":${canonicalJson(caseId)},"n":`,
    middle: `},${second},"parents":`,
    tail: `,${members({ sd, typ: "audit/v1" })}}`,
  };
}

function members(object: JsonObject): string {
  return canonicalJson(object).slice(1, -1);
}
