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
