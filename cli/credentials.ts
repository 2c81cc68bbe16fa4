import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { failure } from "./failure.ts";

/** Identities that the dev command makes for this machine, with their tokens in clear. */
const Credentials = z.strictObject({
  people: z.array(
    z.strictObject({ personId: z.string(), name: z.string(), role: z.string(), token: z.string().min(1) }),
  ),
});
export type DevPerson = z.infer<typeof Credentials>["people"][number];

export function credentialsPath(home: string): string {
  return join(home, "credentials.json");
}

/** The development identities, or none when there is no such file. Throws `CliFailure` when it cannot be understood. */
export function readPeople(home: string): readonly DevPerson[] {
  const path = credentialsPath(home);
  try {
    return Credentials.parse(JSON.parse(readFileSync(path, "utf8"))).people;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    const detail = `${path} cannot be read: ${error instanceof z.ZodError ? "it has another shape" : (error as Error).message}`;
    throw failure("failure", "unreadable-file", detail, "stop the dev command, remove the file and start again");
  }
}

/** Keeps the development identities where only this user reads them (0600), in one step. */
export function writePeople(home: string, people: readonly DevPerson[]): void {
  const path = credentialsPath(home);
  const fresh = `${path}.${process.pid}.tmp`;
  writeFileSync(fresh, `${JSON.stringify({ people }, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, path);
}
