import { afterAll, beforeAll, expect, test } from "vitest";
import { escalationStates, isStanding, movesTo, type EscalationStanding } from "../../domain/escalation.ts";
import { givenEscalation } from "../fixtures/asked.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let escalationId: string;
beforeAll(async () => {
  database = await testDatabase();
  ({ escalationId } = await givenEscalation(database.pool, "moved"));
});
afterAll(() => database.drop());

/** What a row's other columns are in a state: times where it has them. */
const columnsIn = (state: EscalationStanding, version = "version + 1") => `
  state = '${state}', version = ${version},
  closed_at = ${isStanding(state) ? "null" : "now()"},
  paused_at = ${state === "info-requested" ? "now()" : "null"},
  until_at = ${state === "info-requested" || state === "committing" ? "now()" : "null"}`;

/** Whether the database lets a question go from one state to another: planted in the first without its trigger, and left there. */
async function lets(
  from: EscalationStanding,
  to: EscalationStanding,
  { more = "", version = "version + 1" } = {},
): Promise<boolean> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query(`update escalation set ${columnsIn(from)} where escalation_id = $1`, [escalationId]);
    await client.query("set local session_replication_role = origin");
    await client.query(`update escalation set ${columnsIn(to, version)}${more} where escalation_id = $1`, [
      escalationId,
    ]);
    return true;
  } catch (error) {
    if (!(error as Error).message.startsWith("FORWARD_ONLY: ")) throw error;
    return false;
  } finally {
    await client.query("rollback");
    client.release();
  }
}

test("the database lets a question go where the domain says that it may, and nowhere else", async () => {
  for (const from of escalationStates) {
    for (const to of escalationStates) {
      expect([from, to, await lets(from, to)]).toEqual([from, to, movesTo(from, to)]);
    }
  }
});

test("each move is another version, and what is asked stays as it was", async () => {
  expect(await lets("open", "open", { version: "version" })).toBe(false);
  expect(await lets("open", "open", { version: "version + 2" })).toBe(false);
  expect(await lets("open", "approved", { more: ", action_digest = repeat('0', 64)" })).toBe(false);
});
