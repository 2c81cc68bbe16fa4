import type { Pool } from "pg";
import type { RecordReader } from "../record-reader.ts";
import { createCounterparty } from "./counterparty.ts";

/** The objects that the sandbox keeps for a system, as that system's records: the reading `<system>.record`. */
export function sandboxRecords(pool: Pool, system: string): RecordReader {
  const { read, list } = createCounterparty(pool, system);
  return {
    readRecord: (company, objectType, objectId) => read(company, `${system}.record`, objectType, objectId),
    listRecords: list,
  };
}
