import { readFile } from "node:fs/promises";
import { z } from "zod";
import { failure } from "../failure.ts";

const Person = z.object({ personId: z.string().min(1), role: z.string().min(1) });
const Listed = z.union([z.array(Person), z.object({ data: z.object({ people: z.array(Person) }) })]);

export type Staff = z.infer<typeof Person>;

/** People and their roles: a JSON list, or what `mandate people list --json` prints. Throws `CliFailure`. */
export async function readPeopleFile(path: string): Promise<readonly Staff[]> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw failure("notFound", "no-such-file", `the people cannot be read: ${error.message}`, "give a file's path");
  });
  const shape = 'a list of `{"personId": "dana", "role": "partner-manager"}`, or what `people list --json` prints';
  try {
    const listed = Listed.parse(JSON.parse(text));
    return Array.isArray(listed) ? listed : listed.data.people;
  } catch {
    throw failure("usage", "not-people", `\`${path}\` does not say who holds which role`, `write ${shape}`);
  }
}
