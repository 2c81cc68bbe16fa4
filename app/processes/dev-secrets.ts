import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "pg";
import { sha256Hex } from "../../audit/digest.ts";
import { readPeople, writePeople, type DevPerson } from "../../cli/credentials.ts";
import { dayPeople } from "../day/programme.ts";
import { newToken } from "../../gateway/http/people.ts";

/** The development webhook secret: made once per home, readable by its owner only. */
export function devWebhookSecret(home: string): string {
  const path = join(home, "webhook-secret.json");
  try {
    const kept: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof kept === "object" && kept !== null && "hubspot" in kept && typeof kept.hubspot === "string") {
      return kept.hubspot;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const hubspot = randomBytes(24).toString("base64url");
  const fresh = `${path}.${process.pid}.tmp`;
  writeFileSync(fresh, `${JSON.stringify({ hubspot })}\n`, { mode: 0o600 });
  renameSync(fresh, path);
  return hubspot;
}

/** The invented people of the working day, with tokens that this home keeps. A token unknown to the database is set anew. */
export async function devPeople(pool: Pool, company: string, home: string): Promise<readonly DevPerson[]> {
  const known = readPeople(home);
  const people = dayPeople.map((person) => ({
    ...person,
    token: known.find(({ personId }) => personId === person.personId)?.token ?? newToken(),
  }));
  writePeople(home, people);
  for (const { personId, name, role, token } of people) {
    await pool.query(
      `insert into person (company, person_id, name, role, token_sha256) values ($1, $2, $3, $4, $5)
       on conflict (company, person_id) do update set name = $3, role = $4, token_sha256 = $5`,
      [company, personId, name, role, sha256Hex(token)],
    );
  }
  return people;
}
