import type { AuditRecord } from "../../domain/audit-record.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { blobDigest } from "../../audit/unseal.ts";
import { policyOf, readOr, type Blobs } from "./blobs.ts";
import { OpenCases } from "./open-cases.ts";
import { placeOf, type EntryCheck, type ReadEntry } from "./entry.ts";
import { withheldIn } from "./erasures.ts";
import type { Findings } from "./finding.ts";

/**
 * Takes a recorded decision again from its case's records: `same`, `differs` naming every part that does, or `cannot`.
 * `policyDocument` hashes to the version that the decision names.
 */
export type ReplayGuardrail = (
  record: AuditRecord,
  policyDocument: string,
  caseRecords: readonly AuditRecord[],
) => Promise<
  | { readonly kind: "same" }
  | { readonly kind: "differs"; readonly what: string }
  | { readonly kind: "cannot"; readonly why: string }
>;

/** Decisions that were not replayed, by why that is in order: their facts are erased, or no policy was in force. */
export type NotReplayed = { erased: number; withoutPolicy: number };

type Replaying = {
  readonly replay: ReplayGuardrail;
  readonly blobs: Blobs;
  readonly company: string;
  readonly findings: Findings;
  readonly not: NotReplayed;
};

/** Check 11: every decision whose facts are disclosed comes out as it is recorded when it is taken again. */
export function checkReplay({ replay, blobs, company, findings, not }: Replaying): EntryCheck {
  const cases = new OpenCases();
  return {
    async take(entry) {
      const { envelope, log, asked } = entry;
      if (!asked) return;
      const record = await recordOf(entry, company, blobs);
      const before = cases.add(log.log, record);
      if (envelope.kind !== "decision") return;
      const answer = await answerTo(replay, record, await documentOf(entry, blobs), before);
      if (answer.kind === "without-policy") {
        not.withoutPolicy += 1;
        return;
      }
      findings.checked(11);
      if (answer.kind === "same") return;
      const place = placeOf(entry);
      if (answer.kind === "differs") return findings.add(11, "differs", `taken again, ${answer.what}`, place);
      if (isErased(entry, before)) not.erased += 1;
      else findings.add(11, "incomplete", `it cannot be taken again: ${answer.why}`, place);
    },
  };
}

type Answer = Awaited<ReturnType<ReplayGuardrail>> | { readonly kind: "without-policy" };

/** Whatever a bundle says, a replay that breaks on it is one that cannot be done. */
async function answerTo(
  replay: ReplayGuardrail,
  record: AuditRecord,
  document: string | undefined,
  before: readonly AuditRecord[],
): Promise<Answer> {
  if (document === undefined) return { kind: "cannot", why: "the document of its policy is not in the bundle" };
  try {
    return isWithoutPolicy(document) ? { kind: "without-policy" } : await replay(record, document, before);
  } catch (error) {
    return { kind: "cannot", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Nothing but erasures keeps the decision or what it rests on closed. */
function isErased(entry: ReadEntry, before: readonly AuditRecord[]): boolean {
  const erased = entry.erasedDigests > 0 || before.some((record) => record.erased !== undefined);
  return erased && withheldIn(entry) <= 0;
}

async function documentOf(entry: ReadEntry, blobs: Blobs): Promise<string | undefined> {
  const policy = policyOf(entry);
  return policy && blobs.text(policy.version);
}

/** What is recorded of a decision when no release held the policy: people decide then, and no rule can be replayed. */
function isWithoutPolicy(document: string): boolean {
  if (document.length > 1_000) return false;
  const read = JSON.parse(document) as { readonly inForce?: unknown };
  return read.inForce === false;
}

async function recordOf(entry: ReadEntry, company: string, blobs: Blobs): Promise<AuditRecord> {
  const { envelope, disclosures, log, leaf, under } = entry;
  const { kind, key, at, parents, fields } = envelope;
  const body: { [name: string]: Json } = { ...(fields as JsonObject) };
  for (const disclosure of disclosures) {
    const read = readOr(disclosure);
    if (read !== undefined) body[read.name] = await wholeValue(read.value, kind, blobs);
  }
  const [erased] = under;
  const names = { company, caseId: envelope.case.id, kind, key, at, log: log.log, parents, n: envelope.case.n };
  return { ...names, digest: leaf.toString("hex"), body, ...(erased !== undefined && { erased }) };
}

/** A value kept beside its record; of an agent's turn a replay needs none. */
async function wholeValue(value: Json, kind: string, blobs: Blobs): Promise<Json> {
  const digest = kind === "turn" ? undefined : blobDigest(value);
  const text = digest === undefined ? undefined : await blobs.text(digest);
  try {
    return text === undefined ? value : (JSON.parse(text) as Json);
  } catch {
    return value;
  }
}
