import { groupCommit, type GroupCommit } from "../../db/group-commit.ts";

/** Most rows written by one statement. One caller's rows are never split. */
const MAX_ROWS = 200;

/**
 * Lets concurrent callers share a commit, each with several rows. `write` is one transaction and answers one value per
 * row. When it fails, each caller's rows are written alone, so that rows that cannot be kept fail their own caller only.
 */
export function createGroupCommit<Row, Answer>(
  write: (rows: readonly Row[]) => Promise<readonly Answer[]>,
): GroupCommit<readonly Row[], readonly Answer[]> {
  return groupCommit({
    maxBatch: MAX_ROWS,
    sizeOf: (rows: readonly Row[]) => rows.length,
    async write(batch) {
      const answers = await write(batch.flat());
      let from = 0;
      return batch.map(({ length }) => {
        from += length;
        return { kind: "written", answer: answers.slice(from - length, from) };
      });
    },
  });
}
