import type { Evidence } from "../domain/evidence.ts";

/** A system of record: its objects with their properties as it sends them, and their versions. */
export type RecordReader = {
  /** Undefined when there is no such object. */
  readRecord(company: string, objectType: string, objectId: string): Promise<Evidence | undefined>;
  /** Ids of the objects of a type after `after`, in the order of their ids, `limit` at most. */
  listRecords(company: string, objectType: string, after: string, limit: number): Promise<readonly string[]>;
};
