import { bodyFor, maySeeField, ownKinds } from "../../audit/told-parts.ts";
import { readDisclosure } from "../../audit/disclosure.ts";
import { readerOf, type Reader } from "../../domain/audience.ts";
import type { RecordKind } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FiledCase, FiledRecord } from "../filed-case.ts";

/** The partner whose request a decision is about, as its facts name it; undefined where they do not, or are not in the file. */
export function partnerOf({ records }: FiledCase, decisionId: string): string | undefined {
  const decision = records.find(({ kind, body }) => kind === "decision" && body["decisionId"] === decisionId);
  const { partner } = (decision?.body["facts"] ?? {}) as JsonObject;
  return typeof partner === "string" && partner !== "" ? partner : undefined;
}

/**
 * A case's file as far as one reader may have it: what is sealed and not for them is left out, with its disclosures, so that what is
 * left proves itself as before. Undefined for a company whose request it is not. Policies hold our limits and are nobody else's.
 */
export function fileFor(file: FiledCase, decisionId: string, reader: string): FiledCase | undefined {
  const who = readerOf(reader, { company: file.company, partner: partnerOf(file, decisionId) });
  if (who === "other") return undefined;
  if (who === "us") return { ...file, records: file.records.map((record) => recordFor(who, record)) };
  // Another step of the same case may be about another partner: of those only what is public is left.
  const records = file.records.filter(({ kind }) => !ownKinds.has(kind as RecordKind));
  const leftOut = file.records.filter((record) => !records.includes(record)).map(({ n }) => n);
  const own = stepsOf(file, reader);
  const seen = records.map((record) => recordFor(own.has(stepKeyOf(record)) ? who : "other", record));
  return { ...file, records: seen, cited: [], policies: {}, leftOut };
}

/** The steps whose decisions are about that partner. */
function stepsOf({ records }: FiledCase, partner: string): ReadonlySet<unknown> {
  const decisions = records.filter(({ kind, body }) => {
    return kind === "decision" && ((body["facts"] ?? {}) as JsonObject)["partner"] === partner;
  });
  const effects = records.filter(({ kind, body }) => {
    return kind === "intent" && decisions.some((decision) => decision.body["decisionId"] === body["decisionId"]);
  });
  return new Set([...decisions.map(stepKeyOf), ...effects.map(({ body }) => body["effectKey"])]);
}

function stepKeyOf({ body }: FiledRecord): unknown {
  return body["stepKey"] ?? body["effectKey"];
}

function recordFor(reader: Reader, record: FiledRecord): FiledRecord {
  const kind = record.kind as RecordKind;
  const disclosures = record.disclosures.filter((one) => maySeeField(reader, kind, readDisclosure(one).name));
  const body = reader === "other" ? record.envelope.fields : bodyFor(reader, kind, record.body as JsonObject);
  return { ...record, body, disclosures };
}
