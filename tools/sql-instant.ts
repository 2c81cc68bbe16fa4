/** A column's instant as ISO 8601 in UTC, in milliseconds, as statements answer it. */
export const iso = (column: string): string => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
