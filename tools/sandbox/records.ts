import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import type { RecordReader } from "../record-reader.ts";
import { unavailable } from "../unavailable.ts";

/** The objects that the sandbox keeps for a system, as that system's records: the reading `<system>.record`. */
export function sandboxRecords(pool: Pool, system: string): RecordReader {
  const failed = unavailable(`sandbox ${system}`);
  return {
    async readRecord(company, type, id) {
      const { rows } = await pool
        .query<{ version: number; properties: JsonObject; now: string }>({
          name: "sandbox-read",
          text: `select version, properties, clock_timestamp() as now from sandbox.object
                 where company = $1 and system = $2 and object_type = $3 and object_id = $4`,
          values: [company, system, type, id],
        })
        .catch(failed);
      const [row] = rows;
      if (row === undefined) return undefined;
      const { version, properties, now } = row;
      const source = { source: `${system}.record`, ref: `${type}/${id}`, version: String(version), observedAt: now };
      return { source, value: properties };
    },

    async listRecords(company, type, after, limit) {
      const { rows } = await pool
        .query<{ id: string }>({
          name: "sandbox-list",
          text: `select object_id as id from sandbox.object
                 where company = $1 and system = $2 and object_type = $3 and object_id > $4 order by object_id limit $5`,
          values: [company, system, type, after, limit],
        })
        .catch(failed);
      return rows.map(({ id }) => id);
    },
  };
}
