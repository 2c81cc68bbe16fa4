import { timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { canonicalJson } from "../../audit/canonical-json.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { ApiEnv } from "./auth.ts";
import { refuse } from "./problem.ts";

/** Of a list's query, what may change from page to page. */
const PAGING: ReadonlySet<string> = new Set(["cursor", "limit", "total"]);

/**
 * Lets no cursor past but one that this company gave for the list and the filters that it is asked with: each is sealed by
 * the company's own secret, so that every gateway knows those of the others, and nobody makes one up.
 */
export function guardCursors({ vault }: LedgerPool, company: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const sealOf = (place: string) => vault.blind(company, canonicalJson(["cursor", listOf(c), place]));
    c.set("seal", (place) => `${place}.${sealOf(place)}`);
    for (const cursor of c.req.queries("cursor") ?? []) {
      const [place = "", seal = "", ...more] = cursor.split(".");
      if (more.length > 0 || !isSame(seal, sealOf(place))) {
        const wrong = { pointer: "/cursor", detail: "not a cursor that this list gave" };
        return refuse(c, "validation", "a field is wrong", [wrong]);
      }
    }
    return next();
  };
}

/** The list that a request is for: its path, and what it asks of it. */
function listOf(c: Context<ApiEnv>): readonly (string | readonly (readonly [string, readonly string[]])[])[] {
  const filters = Object.entries(c.req.queries()).filter(([name]) => !PAGING.has(name));
  return [c.req.path, filters.toSorted(([one], [other]) => (one < other ? -1 : 1))];
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
