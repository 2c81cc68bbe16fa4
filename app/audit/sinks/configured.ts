import type { Sql } from "../../../audit/records.ts";
import type { Config } from "../../config.ts";
import { checkpointFolderOf, fileSink } from "./file.ts";
import type { CheckpointSink } from "./sink.ts";
import { witnessSink } from "./witness.ts";

/** Short, so that a witness that does not answer does not hold up a process that ends. */
const WITNESS_TIMEOUT_MS = 3_000;

/** The sinks of an installation: the file under its home, and the witnesses that the environment names. */
export function configuredSinks(sql: Sql, { home, witnesses }: Pick<Config, "home" | "witnesses">): CheckpointSink[] {
  return [
    fileSink(checkpointFolderOf(home), () => new Date().toISOString()),
    ...witnesses.map(({ vkey, url }) => witnessSink(sql, { vkey, url, timeoutMs: WITNESS_TIMEOUT_MS })),
  ];
}
