import type { EventView } from "../gateway/http/events.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import type { Client } from "./client.ts";

/** Most events that one page carries. */
const PAGE_SIZE = "200";

/** Every event since a time (ISO 8601), oldest first. Throws `CliFailure`. */
export async function allEvents(client: Client, since?: string): Promise<readonly EventView[]> {
  return (await countedEvents(client, since)).events;
}

/** The same, with how many there were when the first page was read. */
export async function countedEvents({ v1 }: Client, since?: string) {
  const { pages, total } = await everyPage((page) =>
    bodyOf(v1.events.$get({ query: { since, limit: PAGE_SIZE, ...page } })),
  );
  return { events: pages.flatMap(({ events }) => events), total };
}
