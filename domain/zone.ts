import { Temporal } from "temporal-polyfill";

/** Whether a text is the name of a time zone as the IANA database writes it; an offset such as `+01:00` is none. */
export function isZone(text: string): boolean {
  if (!/^[A-Z]/.test(text)) return false;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId === text;
  } catch {
    return false;
  }
}
