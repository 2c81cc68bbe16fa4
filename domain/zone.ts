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

/** Names of the IANA database that say an offset and no place, and a place that may be meant. */
const places: { readonly [zone: string]: string } = {
  EST: "America/New_York",
  MST: "America/Denver",
  HST: "Pacific/Honolulu",
};

/** A place that could be meant by a zone that is an offset all year round, `Etc/GMT+5`; undefined for places, and for UTC. */
export function placeFor(zone: string): string | undefined {
  return /^Etc\/GMT[+-][1-9]/.test(zone) ? "Europe/Paris" : places[zone];
}
