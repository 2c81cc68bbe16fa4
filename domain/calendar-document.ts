import { z } from "zod";
import { weekdays, type BusinessCalendar, type Interval, type Week } from "./calendar.ts";
import { parseDate } from "./day.ts";
import { isZone } from "./zone.ts";

/** A company's calendar as people write it. What is wrong is said at its place, with what to write instead. */

const Time = (end: boolean) =>
  z
    .string()
    .regex(
      end ? /^(?:([01]\d|2[0-3]):[0-5]\d|24:00)$/ : /^([01]\d|2[0-3]):[0-5]\d$/,
      `expected a time of day as "09:00"${end ? ', or "24:00"' : ""}`,
    );

const Hours = z.tuple([Time(false), Time(true)], 'expected from and until, as ["09:00", "17:30"]');

const Day = z
  .array(Hours, 'expected a list of intervals, as [["09:00", "12:30"], ["13:30", "17:30"]]')
  .max(24)
  .superRefine((intervals, context) => {
    for (const [at, [from, until]] of intervals.entries()) {
      const before = intervals[at - 1];
      if (until <= from) {
        context.addIssue({ code: "custom", path: [at], message: `\`${until}\` is not after \`${from}\`` });
      } else if (before !== undefined && from < before[1]) {
        const message = `begins at \`${from}\`, before the interval above it ends: put them in order, one after the other`;
        context.addIssue({ code: "custom", path: [at], message });
      }
    }
  });

const days = Object.fromEntries(weekdays.map((name) => [name, Day.optional()])) as {
  [D in (typeof weekdays)[number]]: z.ZodOptional<typeof Day>;
};

const hours = z
  .strictObject(days)
  .refine((week) => Object.values(week).some((intervals) => (intervals ?? []).length > 0), {
    message: 'nobody ever works: give a weekday at least one interval, as `monday: [["09:00", "17:30"]]`',
  });

const holidays = z
  .array(z.string().refine((text) => parseDate(text) !== undefined, "expected a day, as `2026-12-25`"))
  .max(1_000, "expected at most 1,000 days");

const working = {
  zone: z.string().refine(isZone, "expected the IANA name of a time zone, such as `Europe/Paris`"),
  hours,
  holidays,
};

const region = {
  zone: working.zone.optional(),
  hours: hours.optional(),
  holidays: holidays.optional(),
};

/** A calendar's document; holidays may be left out. */
export const CalendarDocument = z.strictObject({
  ...working,
  holidays: holidays.default([]),
  regions: z
    .record(z.string(), z.strictObject(region))
    .superRefine((regions, context) => {
      for (const name of Object.keys(regions).filter((one) => !/^[a-z][a-z0-9-]{0,62}$/.test(one))) {
        const message = "expected a region's name in lower case, as routes name it";
        context.addIssue({ code: "custom", path: [name], message });
      }
    })
    .optional(),
}) satisfies z.ZodType<BusinessCalendar>;
export type CalendarDocument = z.infer<typeof CalendarDocument>;

/** The hours of a week as people read them: `monday 09:00-12:30, 13:30-17:30`, one line a day that is worked. */
export function weekTexts(week: Week): readonly string[] {
  const spanText = ([from, until]: Interval) => `${from}-${until}`;
  return weekdays.flatMap((name) => {
    const intervals = week[name] ?? [];
    return intervals.length === 0 ? [] : [`${name} ${intervals.map(spanText).join(", ")}`];
  });
}
