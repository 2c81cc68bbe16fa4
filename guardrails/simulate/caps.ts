import { stricter } from "../../domain/decision.ts";
import type { Verdict } from "../../domain/decision.ts";
import type { LimitReading } from "../../domain/decision-details.ts";
import type { Scene } from "../scene.ts";
import { asksOf } from "../limits.ts";
import type { Ask } from "../limits.ts";
import type { PastDecision } from "./past-decision.ts";

/**
 * What one limit of the candidate says of a past decision. `unread`: nothing was recorded that answers it, or a fact that
 * it counts by is not known.
 */
export type CapReading = {
  readonly id: string;
  readonly over: "within" | "over" | "unread";
  readonly wasOver: boolean;
};

export type CapsRead = { readonly least: Verdict; readonly readings: readonly CapReading[] };

/** A recorded reading answers the same question: as much asked, in the same window. */
function answers({ asked, window }: Ask, reading: LimitReading): boolean {
  if (window === null || reading.window === null) return asked === reading.asked && window === reading.window;
  const isSame = (a: string, b: string) => Date.parse(a) === Date.parse(b);
  return (
    asked === reading.asked && isSame(window.from, reading.window.from) && isSame(window.until, reading.window.until)
  );
}

function readCap(ask: Ask, past: PastDecision): CapReading {
  const { id } = ask.limit;
  const recorded = past.limits.find((reading) => reading.id === id);
  const wasOver = recorded?.admitted === false;
  if (recorded === undefined || !answers(ask, recorded)) return { id, over: "unread", wasOver };
  const isWithin = recorded.used + recorded.reserved + recorded.asked <= (ask.cap ?? recorded.cap);
  return { id, over: isWithin ? "within" : "over", wasOver };
}

/**
 * The candidate's caps against what was used and reserved when the decision was taken. Only the cap is read anew: what
 * earlier decisions would have used under the candidate is not. A limit without a reading tightens nothing and is
 * `unread`; one that counts by a fact that is not known lets nothing execute, as in a live decision.
 */
export function readCaps({ cell, checked }: Scene, past: PastDecision): CapsRead {
  if (cell.limits.length === 0) return { least: "execute", readings: [] };
  const { asks, uncounted } = asksOf(cell, checked.known, past.at);
  const read = asks.map((ask) => ({ ask, reading: readCap(ask, past) }));
  const over = read.filter(({ reading }) => reading.over === "over").map(({ ask }): Verdict => ask.limit.over);
  const unread = uncounted.map(({ limit: { id } }): CapReading => ({ id, over: "unread", wasOver: false }));
  const least: Verdict = uncounted.length > 0 ? "escalate" : "execute";
  return { least: over.reduce(stricter, least), readings: [...read.map(({ reading }) => reading), ...unread] };
}
