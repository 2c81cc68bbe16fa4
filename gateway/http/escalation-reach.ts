import { z } from "@hono/zod-openapi";
import { deadlineAfter, workingMsBetween, type WorkingTime } from "../../domain/calendar.ts";
import type { Route } from "../../domain/decision.ts";
import { isStanding, reaches, reachFrom, type EscalationStanding, type Reached } from "../../domain/escalation.ts";
import { Iso } from "./route.ts";

/** Whom a question reaches as things stand, and how much working time is left to answer it. */
export const timing = {
  /** Null once it waits for nobody. */
  reach: z
    .object({
      kind: z.enum(reaches).openapi({
        description:
          "of those who are known, can log in and did not ask: `now`, somebody at its level may answer; `later`, only somebody further up; `too-few`, fewer than must approve; `nobody`",
      }),
      roles: z.array(z.string()).openapi({ description: "those that may answer, from its level up" }),
      next: z
        .object({ role: z.string(), at: Iso })
        .nullable()
        .openapi({ description: "of `later`: which level that somebody is of, and when it is asked" }),
    })
    .nullable(),
  silence: z
    .array(z.object({ at: Iso, outcome: z.enum(["asks", "expires"]), role: z.string().nullable(), text: z.string() }))
    .openapi({
      description: "what comes of it when nobody says anything, step by step; empty once nobody is waited for",
    }),
  workingLeftMs: z.int().nullable().openapi({
    description: "working time until `dueAt` while it is open; null where its deadline runs day and night",
  }),
};

/** What of a question's row the two are told from. */
export type TimedRow = {
  readonly state: EscalationStanding;
  readonly level: number;
  readonly dueAt: string;
  readonly route: Route;
  readonly workingTime: WorkingTime | null;
  /** Null for a question that is closed. */
  readonly reached: Reached | null;
};

type Reach = z.infer<typeof timing.reach>;

type Timing = {
  readonly reach: Reach;
  readonly silence: z.infer<typeof timing.silence>;
  readonly workingLeftMs: number | null;
};

export function timingOf(row: TimedRow, at: string): Timing {
  const { state, dueAt, workingTime } = row;
  const runs = state === "open" && workingTime !== null;
  return {
    reach: reachOf(row),
    silence: silenceOf(row),
    workingLeftMs: runs ? workingMsBetween(workingTime, at, dueAt) : null,
  };
}

function reachOf(row: TimedRow): Reach {
  const { state, level, route, reached } = row;
  if (reached === null || !isStanding(state)) return null;
  const kind = reachFrom(reached, { level, quorum: route.quorum });
  const roles = [...new Set(route.levels.slice(level).map(({ role }) => role))];
  const role = reached.firstLevel === null ? undefined : route.levels[reached.firstLevel]?.role;
  const isLater = kind === "later" && role !== undefined;
  return { kind, roles, next: isLater ? { role, at: askedAt(row, reached.firstLevel ?? level) } : null };
}

/** When a level further up is asked, if nobody answers before. */
function askedAt({ level, dueAt, route, workingTime }: TimedRow, until: number): string {
  return route.levels.slice(level + 1, until).reduce((at, { slaMs }) => {
    if (workingTime !== null) return deadlineAfter(workingTime, at, slaMs);
    return new Date(Date.parse(at) + slaMs).toISOString();
  }, dueAt);
}

/** The levels that are asked one after the other, and the last one's end: silence denies. Its clock stands still while something is asked back. */
function silenceOf(row: TimedRow): z.infer<typeof timing.silence> {
  const { state, level, route } = row;
  if (state !== "open") return [];
  const last = route.levels.length;
  const asked = route.levels.slice(level + 1).map(({ role }, index) => {
    return { at: askedAt(row, level + 1 + index), outcome: "asks" as const, role, text: `${role} is asked` };
  });
  const end = { at: askedAt(row, last), outcome: "expires" as const, role: null };
  return [...asked, { ...end, text: "it expires, which nobody decided: nothing is done" }];
}
