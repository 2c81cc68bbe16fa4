import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPerson, personOf } from "../../audit/ledgers/directory.ts";
import {
  ADMIN_ROLE,
  answerPeopleChange,
  askPeopleChange,
  makeFirstAdmins,
  newToken,
  type PeopleChange,
} from "../../audit/ledgers/people-changes.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { readPeople, writePeople, type DevPerson } from "../../cli/credentials.ts";
import { ConfigError } from "../../domain/config-error.ts";
import { withClient } from "../../engines/postgres-connection.ts";
import { dayAdmins, dayPeople } from "../day/programme.ts";

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

/**
 * The invented people of the working day, with tokens that this home keeps: two admins, whom the database's owner makes, and
 * whoever those let in. A token unknown to the database is made anew. `ownerUrl`: undefined where the environment's address
 * is the company's own; then the admins have to be there.
 */
export async function devPeople(
  pool: LedgerPool,
  company: string,
  { home, ownerUrl }: { readonly home: string; readonly ownerUrl: string | undefined },
): Promise<readonly DevPerson[]> {
  const known = readPeople(home);
  const people = [...dayPeople, ...dayAdmins].map((person) => ({
    ...person,
    token: known.find(({ personId }) => personId === person.personId)?.token ?? newToken(),
  }));
  writePeople(home, people);
  const at = new Date().toISOString();
  if (ownerUrl !== undefined) {
    const admins = people.filter(({ role }) => role === ADMIN_ROLE);
    await withClient(ownerUrl, "people", (owner) => makeFirstAdmins({ owner, ledger: pool }, { company, at }, admins));
  }
  for (const { personId, name, role, token } of people) {
    if ((await personOf(pool, company, token))?.personId === personId) continue;
    const there = await findPerson(pool, company, personId);
    const change =
      there === undefined
        ? ({ change: "add", personId, name, role } as const)
        : ({ change: "token", personId } as const);
    await changeByBoth(pool, { company, at }, change, token);
  }
  return people;
}

/** Both admins are this home's: one asks, the other seconds. */
async function changeByBoth(
  pool: LedgerPool,
  when: { company: string; at: string },
  change: PeopleChange,
  token: string,
) {
  const [ana, ben] = dayAdmins;
  const reason = "the demonstration's people";
  const asked = await askPeopleChange(pool, { ...when, by: ana.personId, change, reason, token });
  if (asked.kind === "refused") throw new ConfigError([notAdded(change.personId, asked.code)]);
  if (asked.state !== "waiting") return;
  const { changeId } = asked;
  const held = await answerPeopleChange(pool, { ...when, by: ben.personId, changeId, answer: "second" });
  if (held.kind === "refused") throw new ConfigError([notAdded(change.personId, held.code)]);
}

function notAdded(personId: string, code: string): string {
  return (
    `people: \`${personId}\` of the demonstration cannot be made (${code}): this database has admins of its own; ` +
    "use `mandate gateway` and `mandate worker` with it, or another MANDATE_HOME without DATABASE_URL"
  );
}
