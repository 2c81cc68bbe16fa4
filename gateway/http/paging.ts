import { z } from "@hono/zod-openapi";

/** A place in a list ordered by time and id. `at` is a PostgreSQL timestamp in UTC to the microsecond. */
export type Position = { readonly at: string; readonly id: string };

const shape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (\S{1,64})$/;

/** Opaque to callers: what it says may change, that it names the place after which the next page begins may not. */
export function writeCursor({ at, id }: Position): string {
  return Buffer.from(`${at} ${id}`, "utf8").toString("base64url");
}

/** Undefined for anything that `writeCursor` did not write. */
export function readCursor(cursor: string): Position | undefined {
  const [, at, id] = shape.exec(Buffer.from(cursor, "base64url").toString("utf8")) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at))) return undefined;
  return { at, id };
}

const BEGINNING = "1970-01-01T00:00:00Z";

/** The parameters of a list that is read page by page. `sinceWhat`: which time `since` bounds. */
export function pageParameters({ sinceWhat, most, usual = most }: Paging) {
  return {
    since: z.iso.datetime({ offset: true }).default(BEGINNING).openapi({ description: sinceWhat }),
    limit: z
      .string()
      .regex(new RegExp(String.raw`^[1-9]\d{0,${String(most).length - 1}}$`), "expected a whole number")
      .transform(Number)
      .pipe(z.int().min(1).max(most))
      .default(usual)
      .openapi({ type: "integer", minimum: 1, maximum: most, default: usual }),
    cursor: z.string().max(256).optional().openapi({ description: "`next` of the page before" }),
  };
}

type Paging = { readonly sinceWhat: string; readonly most: number; readonly usual?: number };

/** What is wrong with a cursor that `readCursor` did not take. */
export const notACursor = [{ pointer: "/cursor", detail: "not a cursor that this API gave" }];
