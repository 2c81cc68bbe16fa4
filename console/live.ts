import { isLive, presence, questions, readList, readShown, said } from "./state.ts";
import { filters, place } from "./place.ts";
import { ask } from "./api.ts";

/** How often the list is read where changes cannot be heard. */
const POLL_MS = 10_000;
/** Changes that come together are read together. */
const GATHER_MS = 120;
const STILL_LOOKING_MS = 20_000;

let gathering: ReturnType<typeof setTimeout> | undefined;

function readSoon(): void {
  clearTimeout(gathering);
  gathering = setTimeout(() => {
    void readList();
    const at = place.value;
    if (at.page === "question") void readShown(at.escalationId);
  }, GATHER_MS);
}

type Moved = { readonly escalationId: string; readonly version: number; readonly state: string };
type Looked = { readonly escalationId: string; readonly people: readonly string[] };

/** Hears what changes, and reads it; the browser comes back by itself with the last id it heard. */
export function listen(): () => void {
  const source = new EventSource("/v1/changes");
  const poll = setInterval(() => (isLive.value ? undefined : readSoon()), POLL_MS);
  source.addEventListener("open", () => {
    isLive.value = true;
    readSoon();
  });
  source.addEventListener("error", () => {
    isLive.value = false;
  });
  source.addEventListener("sync", readSoon);
  source.addEventListener("escalation", (event) => {
    const { escalationId, version, state } = JSON.parse(event.data as string) as Moved;
    const known = questions.value.find((one) => one.escalationId === escalationId);
    if (known?.version === version && known.state === state) return;
    if (known === undefined && state === "open" && filters.value.state === "open")
      said.value = "A new question came in.";
    readSoon();
  });
  source.addEventListener("presence", (event) => {
    const { escalationId, people } = JSON.parse(event.data as string) as Looked;
    presence.value = { ...presence.value, [escalationId]: people };
  });
  return () => {
    source.close();
    clearInterval(poll);
  };
}

/** Tells which question is on the screen, again and again while it is. */
export function tellLooking(escalationId: string | null): () => void {
  const tell = () => void ask("/v1/presence", { json: { escalationId } });
  tell();
  if (escalationId === null) return () => undefined;
  const again = setInterval(() => (document.visibilityState === "visible" ? tell() : undefined), STILL_LOOKING_MS);
  return () => clearInterval(again);
}
