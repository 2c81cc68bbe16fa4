import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ApiEnv } from "./auth.ts";
import { GivenTime } from "./route.ts";

/**
 * Lists that are read page by page. A cursor names the place after which the next page begins, by the values that the list
 * is ordered by: what comes to be meanwhile moves no page, and nothing is shown twice.
 */

/** A place in a list: the values that it is ordered by, as text. Times are PostgreSQL's, in UTC to the microsecond. */
export type Place = readonly string[];

/** What a value of a place may look like; `time` is one that the database can read. */
const kinds = {
  time: /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
  id: /^[^\s\p{C}]{1,512}$/u,
  part: /^[a-z]{1,16}$/,
  number: /^\d{1,15}$/,
} as const;
type Kind = keyof typeof kinds;

const Texts = z.array(z.string());

function isOf(kind: Kind, value: string): boolean {
  return kinds[kind].test(value) && (kind !== "time" || isInstant(value));
}

/** `Date` takes the 30th of February for the 2nd of March; the database takes it for nothing. */
function isInstant(value: string): boolean {
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === value.slice(0, 19);
}

/** The place of a row that brings it along. */
export function placeOf({ place }: { readonly place: Place }): Place {
  return place;
}

const BEGINNING = "1970-01-01T00:00:00Z";

/** The parameter of a list that begins at a time. `what`: which time it bounds. */
export function sinceParameter(what: string) {
  return GivenTime.default(new Date(BEGINNING).toISOString()).openapi({ description: what, default: BEGINNING });
}

/** How every page of a list ends. */
export const pageEnd = {
  next: z.string().nullable().openapi({ description: "the cursor of the next page; null on the last one" }),
  total: z.int().nullable().openapi({ description: "how many there are on all pages; null unless `total=true`" }),
};

type Paging = { readonly most: number; readonly usual?: number };

/** The request whose list is cut into pages. */
export type Asking = Pick<Context<ApiEnv>, "var">;

/** What a handler finds in its query. */
export type PageAsked = { readonly limit: number; readonly cursor?: Place | undefined; readonly total: boolean };

/**
 * The pages of one list: `name` tells its cursors from those of others, `order` is what it is ordered by. A page holds at
 * most `most`, and `usual` when nobody says.
 */
export function pagesOf(name: string, order: readonly Kind[], { most, usual = most }: Paging) {
  const read = (cursor: string): Place | undefined => {
    const [list, ...place] = textsIn(cursor.split(".")[0] ?? "");
    const fits = list === name && place.length === order.length;
    return fits && order.every((kind, at) => isOf(kind, place[at] ?? "")) ? place : undefined;
  };
  return {
    /** Parameters for the route's query. A cursor that is none of this list's is a fault of its field. */
    parameters: {
      limit: z
        .string()
        .regex(new RegExp(String.raw`^[1-9]\d{0,${String(most).length - 1}}$`), "expected a whole number")
        .transform(Number)
        .pipe(z.int().min(1).max(most))
        .default(usual)
        .openapi({ type: "integer", minimum: 1, maximum: most, default: usual }),
      cursor: z
        .string()
        .max(2_048)
        .transform((text, context) => {
          const place = read(text);
          if (place === undefined) context.addIssue({ code: "custom", message: "not a cursor that this list gave" });
          return place ?? [];
        })
        .optional()
        .openapi({ type: "string", maxLength: 2_048, description: "`next` of the page before" }),
      total: z
        .enum(["true", "false"])
        .default("false")
        .transform((given) => given === "true")
        .openapi({ type: "string", enum: ["true", "false"], default: "false", description: "count all there are" }),
    },
    /** `rows`: one more than the page holds, when there are more. `placeOf`: the values that the row is ordered by. */
    cut<Row>(c: Asking, rows: readonly Row[], limit: number, placeOf: (row: Row) => Place) {
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const next = rows.length > limit && last !== undefined ? c.var.seal(write([name, ...placeOf(last)])) : null;
      return { shown, next };
    },
  };
}

/** Opaque to callers, who get it sealed: what it says may change, that it names a place may not. */
function write(texts: readonly string[]): string {
  return Buffer.from(JSON.stringify(texts), "utf8").toString("base64url");
}

function textsIn(cursor: string): readonly string[] {
  try {
    return Texts.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    return [];
  }
}
