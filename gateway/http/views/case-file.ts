import type { ProvedCase, ProvedRecord } from "../../../proof/replay/proved-case.ts";
import type { CaseFileView, FiledRecord } from "../contract/cases.ts";

export function caseFileView({ company, caseId, records, cited, policies }: ProvedCase): CaseFileView {
  const contiguous = records.every(({ record }, index) => record.n === index + 1);
  const intact = contiguous && [...records, ...cited].every((one) => one.intact);
  return { company, caseId, intact, records: records.map(filedRecord), cited: cited.map(filedRecord), policies };
}

function filedRecord({ record, envelope, disclosures, seq, proof }: ProvedRecord): FiledRecord {
  const { n, kind, key, at, digest, body, log, parents, erased = null } = record;
  const names = { n, kind, key, at, digest, body, log, parents: [...parents], erased };
  return { ...names, envelope, disclosures: [...disclosures], seq, proof };
}
