import type { Io } from "../cli/io.ts";
import type { ProcessOptions } from "../cli/processes.ts";
import { loadConfig } from "../config.ts";
import { migrate } from "../db/migrate.ts";
import { requireDatabase } from "./require-database.ts";

/** `mandate migrate`: brings the schema up to date, and says what it applied. */
export async function run({ json }: ProcessOptions, io: Io): Promise<number> {
  const applied = await migrate(requireDatabase(loadConfig()));
  const text = applied.length === 0 ? "The schema is up to date." : `Applied ${applied.join(", ")}.`;
  io.stdout.write(json ? `${JSON.stringify({ ok: true, data: { applied } })}\n` : `${text}\n`);
  return 0;
}
