import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import { readCalendar, setCalendar, type SetCalendar } from "../../audit/ledgers/calendar.ts";
import { ADMIN_ROLE } from "../../audit/ledgers/people-changes.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { CalendarDocument } from "../../domain/calendar-document.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";

const Document = z.strictObject(CalendarDocument.shape).openapi("BusinessCalendar", {
  description:
    "when people work: on each weekday intervals of the zone's clocks, in order; what a region says takes the place of the company's",
});

const SettingView = z
  .object({
    n: z.int().openapi({ description: "which version it is, from 1" }),
    digest: z.string(),
    setBy: z.string(),
    setAt: Iso,
    calendar: Document,
  })
  .openapi("SetCalendar");

const CalendarView = z
  .object({ set: SettingView.nullable().openapi({ description: "null: none was, and deadlines run day and night" }) })
  .openapi("Calendar");
export type CalendarView = z.infer<typeof CalendarView>;

const PutCalendar = z
  .strictObject({ calendar: Document, reason: z.string().trim().min(1, "a change needs a reason").max(1_000) })
  .openapi("PutCalendar");

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/calendar",
  summary: "Read the business calendar that deadlines of questions run by",
  responses: { ...ok("What counts", CalendarView), ...problemResponses({ 401: "No token of a known person" }) },
});
const put = createRoute({
  ...withToken,
  method: "put",
  path: "/v1/calendar",
  summary: "Set the business calendar: questions that open from now on run by it",
  request: { body: jsonBody(PutCalendar) },
  responses: {
    ...ok("Taken and recorded", CalendarView),
    ...problemResponses({
      400: "A field is wrong; `errors` points at it",
      401: "No token of a known person",
      403: "It takes an admin",
      409: "It counts already",
      413: "The body is too large",
    }),
  },
});

type Deps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly log: Logger;
};

/** The company's business calendar: everybody reads it, an admin sets it. */
export function calendarApi({ pool, company, at, log }: Deps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(show, async (c) => c.json(viewOf(await readCalendar(pool, company)), 200))
    .openapi(put, async (c) => {
      const { personId, role } = c.var.person;
      if (role !== ADMIN_ROLE) return refuse(c, "wrong-role", `needs ${ADMIN_ROLE}, not ${role}`);
      const set = await setCalendar(pool, { company, by: personId, at: at(), ...c.req.valid("json") });
      if (set === undefined) return refuse(c, "unchanged", "the calendar is as asked already");
      log.info({ component: "calendar", personId, n: set.n, digest: set.digest }, "calendar set");
      return c.json(viewOf(set), 200);
    });
}

function viewOf(set: SetCalendar | undefined): CalendarView {
  if (set === undefined) return { set: null };
  return { set: { ...set, calendar: CalendarDocument.parse(set.calendar) } };
}
