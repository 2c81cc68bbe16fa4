import { placeInTree } from "../../audit/places.ts";
import { receiptsOf } from "../bundle/proofs.ts";
import { readPoliciesOf, type CaseFile } from "../../audit/case-file.ts";
import { promptKeyOf } from "../../audit/ledgers/turn-record.ts";
import { newestCheckpoint } from "../log/log-store.ts";
import { tileSourceOf } from "../log/tile-store.ts";
import { openRecord, openRecords, type Ledger } from "../../audit/records.ts";
import { textAt } from "../../audit/story/loose.ts";
import type { Unsealed } from "../../audit/unseal.ts";

/** A record with what proves it. `seq`: its place in the log; `proof`: a c2sp.org/tlog-proof. Null while it waits. */
export type ProvedRecord = Unsealed & { readonly seq: number | null; readonly proof: string | null };

/** Everything that a case is rebuilt and proved from. */
export type ProvedCase = Pick<CaseFile, "company" | "caseId" | "policies"> & {
  /** In order. */
  readonly records: readonly ProvedRecord[];
  /** The records of other cases that these rest on: the prompts that agents worked under. */
  readonly cited: readonly ProvedRecord[];
};

/** Undefined when nothing is recorded of the case. */
export async function readProvedCase(ledger: Ledger, company: string, caseId: string): Promise<ProvedCase | undefined> {
  const opened = await openRecords(ledger, company, caseId);
  if (opened.length === 0) return undefined;
  const turns = opened.filter(({ record }) => record.kind === "turn");
  const prompts = [...new Set(turns.map(({ record }) => promptKeyOf(company, textAt(record.body, "promptDigest"))))];
  const [policies, ...found] = await Promise.all([
    readPoliciesOf(ledger, company, caseId),
    ...prompts.map((key) => openRecord(ledger, company, key)),
  ]);
  const cited = found.flatMap((one) => one ?? []);
  const proved = await proveAll(ledger, company, [...opened, ...cited]);
  return { company, caseId, policies, records: proved.slice(0, opened.length), cited: proved.slice(opened.length) };
}

/** The records with their places in the company's log, under its newest checkpoint. */
async function proveAll(ledger: Ledger, company: string, opened: readonly Unsealed[]): Promise<ProvedRecord[]> {
  const checkpoint = await newestCheckpoint(ledger, company, company);
  const { rows } = await ledger.query<{ key: string; seq: number | null }>({
    name: "places-of-records",
    text: `select k.key, ${placeInTree("x", "k.key")} as seq from unnest($2::text[]) as k (key)
           cross join lateral (select place from audit_record r where r.company = $1 and r.key = k.key limit 1) own
           cross join lateral (select * from audit_place p where p.company = $1 and p.ordinal = own.place limit 1) x
           where x.log = $1`,
    values: [company, opened.map(({ record }) => record.key)],
  });
  const places = new Map(rows.map(({ key, seq }) => [key, seq]));
  const size = checkpoint?.size ?? 0;
  const proofAt = receiptsOf(size, checkpoint?.note ?? "", tileSourceOf(ledger, company, company));
  return Promise.all(
    opened.map(async (one) => {
      const seq = places.get(one.record.key) ?? null;
      return { ...one, seq, proof: seq !== null && seq < size ? await proofAt(seq) : null };
    }),
  );
}
