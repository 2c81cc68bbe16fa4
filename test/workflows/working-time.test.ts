import { afterAll, beforeAll, expect, test } from "vitest";
import { setCalendar } from "../../audit/ledgers/calendar.ts";
import { weekdays, workingTimeAfter, workingTimeOf } from "../../domain/calendar.ts";
import { openEscalationOf } from "../fixtures/escalations.ts";
import { givenPartner, givenQuote } from "../fixtures/programme.ts";
import { skipTime } from "../../app/engine/skip-time.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const HOUR = 3_600_000;

/** A zone in which it is between six and seven in the morning now. */
function earlyZone(now: Date): string {
  const ahead = (now.getUTCHours() + 6) % 24;
  const west = ahead - 12;
  return west === 0 ? "Etc/GMT" : `Etc/GMT${west > 0 ? "+" : ""}${west}`;
}

test("a question that is asked before work begins waits until then, and the next level is asked when its working time is up", async () => {
  const { pool, company, client } = system;
  const hours = Object.fromEntries(weekdays.map((day) => [day, [["12:00", "20:00"] as const]]));
  const calendar = { zone: earlyZone(new Date()), hours, holidays: [] };
  const by = { company, by: "admin-ana", at: new Date().toISOString() };
  await setCalendar(pool, { ...by, calendar, reason: "from noon on" });
  await givenQuote(pool, company, "early", 180_000);
  const caseId = await system.arrive("quoting", "early");
  const { escalationId } = await openEscalationOf(system, caseId);
  const read = async () => {
    const { rows } = await pool.query<{ level: number; due: string; opened: string }>(
      "select level, due_at as due, opened_at as opened from escalation where company = $1 and escalation_id = $2",
      [company, escalationId],
    );
    return rows[0]!;
  };
  const asked = await read();
  expect(asked).toMatchObject({ level: 0, due: workingTimeAfter(workingTimeOf(calendar), asked.opened, 4 * HOUR) });
  const leftMs = Date.parse(asked.due) - Date.now();
  expect(leftMs).toBeGreaterThan(9 * HOUR - 60_000);

  // More than the four hours of its level, by the wall.
  await skipTime(client, caseId, 6 * 3_600);
  expect(await openEscalationOf(system, caseId)).toMatchObject({ escalationId, level: 0 });
  await skipTime(client, caseId, Math.ceil((leftMs - 6 * HOUR) / 1_000) + 1);
  const raised = await eventually(async () => {
    const row = await read();
    return row.level === 1 ? row : undefined;
  });
  expect(Date.parse(raised.due) - Date.parse(asked.due)).toBeGreaterThan(8 * HOUR);
}, 60_000);
