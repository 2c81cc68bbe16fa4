import { appendSealed, sealDraft, type LedgerPool, type SealedDraft } from "../../audit/records.ts";
import type { RecordDraft } from "../../domain/audit-record.ts";
import { groupCommit } from "../../db/group-commit.ts";

/** Records of one commit: enough that the commit hardly counts, few enough that a second group fills meanwhile. */
const MAX_RECORDS = 32;

/**
 * Appends records of one company, many to a commit, and answers each one's number once it is durable. One group is sealed
 * here while the database writes the other: both take about as long.
 */
export function groupedAppend(pool: LedgerPool): (draft: RecordDraft) => Promise<number> {
  const { submit } = groupCommit<SealedDraft, number>({
    write: async (batch) => (await appendSealed(pool, batch)).map((answer) => ({ kind: "written", answer })),
    maxBatch: MAX_RECORDS,
    writers: 2,
  });
  return async (draft) => submit(await sealDraft(pool, draft));
}
