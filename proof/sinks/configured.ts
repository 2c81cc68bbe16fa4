import type { Sql } from "../../audit/records.ts";
import { checkpointFolderOf, fileSink } from "./file.ts";
import type { CheckpointSink } from "./sink.ts";
import type { NamedWitness } from "./witness-list.ts";
import { witnessSink } from "./witness.ts";

/** Short, so that a witness that does not answer does not hold up a process that ends. */
const WITNESS_TIMEOUT_MS = 3_000;

type Named = { readonly home: string; readonly witnesses: readonly NamedWitness[] };

/** The sinks of an installation: the file under its home, and the witnesses that the environment names. */
export function configuredSinks(sql: Sql, { home, witnesses }: Named): CheckpointSink[] {
  return [
    fileSink(checkpointFolderOf(home), () => new Date().toISOString()),
    ...witnesses.map(({ vkey, url }) => witnessSink(sql, { vkey, url, timeoutMs: WITNESS_TIMEOUT_MS })),
  ];
}
