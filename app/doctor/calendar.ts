import { readCalendar } from "../../audit/ledgers/calendar.ts";
import type { Sql } from "../../audit/records.ts";
import { NO_CALENDAR, SET_CALENDAR } from "../../cli/calendar.ts";
import { createReleaseReader } from "../../releases/reader.ts";
import { ledgersOf } from "./audit.ts";
import { type Finding, ok, type Patient, warn } from "./finding.ts";

const CHECK = "calendar";

/**
 * Whether deadlines run in working time, and whether the calendar names every region that the policies in force ask in. Without
 * a calendar a question that is asked in the evening is past due by the morning; a company may want just that.
 */
export async function checkCalendar(patient: Patient): Promise<Finding> {
  const { config, databaseUrl } = patient;
  if (databaseUrl === undefined) return ok(CHECK, "no database is running: nothing is asked");
  const sql = ledgersOf(patient, databaseUrl);
  try {
    return await findingOf(sql, config.company);
  } catch (error) {
    return warn(CHECK, `when people work cannot be read: ${(error as Error).message}`, "npx mandate doctor");
  } finally {
    await sql.end();
  }
}

async function findingOf(sql: Sql, company: string): Promise<Finding> {
  const set = await readCalendar(sql, company);
  const named = await regionsAskedIn(sql, company);
  if (set === undefined) {
    const detail = `${NO_CALENDAR}; npx mandate ${SET_CALENDAR}`;
    return named.length === 0 ? ok(CHECK, detail) : warn(CHECK, `${NO_CALENDAR}, in ${told(named)} too`, fixing(named));
  }
  const { n, calendar } = set;
  const unknown = named.filter(({ region }) => !Object.hasOwn(calendar.regions ?? {}, region));
  if (unknown.length === 0) return ok(CHECK, `deadlines run in working time: version ${n}, ${calendar.zone}`);
  return warn(
    CHECK,
    `version ${n} does not name ${told(unknown)}: the company's own hours count there`,
    fixing(unknown),
  );
}

type Asking = { readonly policy: string; readonly region: string };

/** The regions that routes of the policies in force name, each with a policy that does. */
async function regionsAskedIn(sql: Sql, company: string): Promise<readonly Asking[]> {
  const { inForce } = await createReleaseReader({ sql, company }).read();
  if (inForce.kind !== "sound") return [];
  const byRegion = new Map<string, Asking>();
  for (const { policy } of Object.values(inForce.bundle.policies)) {
    for (const { region } of [policy.defaultRoute, ...policy.routes]) {
      if (region !== undefined && !byRegion.has(region)) byRegion.set(region, { policy: policy.id, region });
    }
  }
  return [...byRegion.values()];
}

function told(asking: readonly Asking[]): string {
  return asking.map(({ policy, region }) => `\`${region}\` (policy \`${policy}\`)`).join(", ");
}

function fixing(asking: readonly Asking[]): string {
  const regions = asking.map(({ region }) => `\`${region}\``).join(", ");
  return `npx mandate ${SET_CALENDAR}, with ${regions} under \`regions\`; or another \`region\` in the policy`;
}
