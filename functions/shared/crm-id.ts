import type { Readings } from "../definition.ts";

/**
 * The CRM's own id of an object, by which its reading names it: `contract/7001`. Undefined until it is read, and where the reading
 * names no object of this type.
 */
export function crmIdIn(readings: Readings, type: string): string | undefined {
  const start = `${type}/`;
  const ref = readings["crm.record"]?.source.ref ?? "";
  return ref.startsWith(start) && ref.length > start.length ? ref.slice(start.length) : undefined;
}
