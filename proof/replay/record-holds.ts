import { Envelope } from "../../domain/audit-record.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { digestOf } from "../../audit/digest.ts";
import { disclosureDigest, readDisclosure } from "../../audit/disclosure.ts";
import { leafHash } from "../../audit/tree.ts";
import { blobDigest } from "../../audit/unseal.ts";
import type { FiledRecord } from "../filed-case.ts";

/** What is wrong with a record by itself, or undefined: its leaf, what the file says of it, and every field of its body. */
export function faultOf(filed: FiledRecord): string | undefined {
  const envelope = Envelope.safeParse(filed.envelope);
  if (!envelope.success) return "its envelope is not one";
  const leaf = leafHash(Buffer.from(canonicalJson(asJson(envelope.data)), "utf8")).toString("hex");
  if (leaf !== filed.digest) return "its envelope does not hash to its leaf";
  const name = strayName(filed);
  if (name !== undefined) return `its \`${name}\` is not what its envelope says`;
  const fields = bodyFields(filed);
  if (fields === undefined) return "a field of its body is not one that its envelope commits to";
  const names = new Set([...fields.keys(), ...Object.keys(filed.body)]);
  const wrong = [...names].find((field) => !holds(fields.get(field), filed.body[field] as Json | undefined));
  return wrong === undefined ? undefined : `\`${wrong}\` of its body is not what its envelope commits to`;
}

function asJson({ action, fields, ...rest }: Envelope): JsonObject {
  return { ...rest, fields: fields as JsonObject, ...(action !== undefined && { action }) };
}

function strayName({ n, kind, key, at, log, parents, envelope }: FiledRecord): string | undefined {
  const said = { n, kind, key, at, log, parents };
  const { case: numbered, ...rest } = envelope;
  const meant = { ...rest, n: numbered.n };
  return (Object.keys(said) as (keyof typeof said)[]).find(
    (name) => canonicalJson(said[name]) !== canonicalJson(meant[name]),
  );
}

/** The public fields and the disclosed ones; undefined when a disclosure is not among the envelope's digests. */
function bodyFields({ envelope, disclosures }: FiledRecord): ReadonlyMap<string, Json> | undefined {
  const committed = new Set(envelope.sd);
  if (!disclosures.every((disclosure) => committed.has(disclosureDigest(disclosure)))) return undefined;
  const disclosed = disclosures.map(readDisclosure).map(({ name, value }) => [name, value] as const);
  return new Map([...Object.entries(envelope.fields as { [name: string]: Json }), ...disclosed]);
}

/** A value is the committed one, or the large one that the committed digest stands for. */
function holds(committed: Json | undefined, given: Json | undefined): boolean {
  if (committed === undefined || given === undefined) return false;
  const digest = blobDigest(committed);
  if (canonicalJson(committed) === canonicalJson(given)) return true;
  return digest !== undefined && digestOf(given) === digest;
}
