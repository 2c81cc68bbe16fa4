import type { EventView } from "../gateway/http/events.ts";
import { bodyOf, pagesOf } from "./api-body.ts";
import type { Client } from "./client.ts";

/** Most events that one page carries. */
const PAGE_SIZE = "200";

/** Every event since a time (ISO 8601), oldest first. Throws `CliFailure`. */
export async function allEvents({ v1 }: Client, since?: string): Promise<EventView[]> {
  const all: EventView[] = [];
  const pages = pagesOf((cursor) => bodyOf(v1.events.$get({ query: { since, cursor, limit: PAGE_SIZE } })));
  for await (const { events } of pages) all.push(...events);
  return all;
}
