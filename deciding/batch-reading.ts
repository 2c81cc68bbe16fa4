import type { Sql } from "../audit/records.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { JsonObject } from "../domain/json.ts";

/** The object as a function's batches name it. */
export type ObjectOfBatch = { readonly functionId: string; readonly objectType: string; readonly objectId: string };

type ReadingRow = {
  batch_id: string;
  source: string;
  window_name: string;
  window_until: string;
  reading: JsonObject;
};

/**
 * What the last batch in force said of an object: the reading that its case was told of, and the window it is of. What a
 * later batch replaced is not said any more. `version` is the batch.
 */
export async function readBatchReading(
  sql: Sql,
  company: string,
  { functionId, objectType, objectId }: ObjectOfBatch,
  at: string,
): Promise<Evidence | undefined> {
  const { rows } = await sql.query<ReadingRow>({
    name: "read-batch-reading",
    text: `select b.batch_id, b.source, b.window_name, b.window_until, i.body->'reading' as reading
           from inbox i
           cross join lateral (
             select * from batch x where x.company = i.company and x.batch_id = i.body->>'batchId' limit 1) b
           where i.company = $1 and i.source = 'batch' and i.function_id = $2 and i.object_type = $3 and i.object_id = $4
             and i.state <> 'late' and b.state <> 'superseded'
           order by i.received_at desc limit 1`,
    values: [company, functionId, objectType, objectId],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const { batch_id: version, source, window_name: window, window_until: until, reading } = row;
  return {
    source: { source: "batch.reading", ref: `${objectType}/${objectId}`, version, observedAt: at },
    value: { source, window, until, reading },
  };
}
