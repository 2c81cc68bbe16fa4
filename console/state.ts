import { computed, signal } from "@preact/signals";
import type { EscalationShown, EscalationView } from "../gateway/http/escalations.ts";
import { ask, questionPath, type Answer } from "./api.ts";
import { filters, place, type Filters } from "./place.ts";

/** What the console knows. Everything here was read from the gateway, and is read anew when that says it changed. */

export type Me = { readonly personId: string; readonly name: string; readonly role: string };

/** Undefined until it was asked; null: nobody is logged in. */
export const me = signal<Me | null | undefined>(undefined);
export const questions = signal<readonly EscalationView[]>([]);
export const isLoaded = signal(false);
export const shown = signal<EscalationShown | null>(null);
export const presence = signal<{ readonly [escalationId: string]: readonly string[] }>({});
/** Whether changes are heard as they happen. */
export const isLive = signal(false);
/** Said to who cannot see what moved: read out, and shown. */
export const said = signal("");
/** Why the last thing asked for was refused. */
export const trouble = signal("");
export const picked = signal<ReadonlySet<string>>(new Set());
/** The row that the keys move from, by id. */
export const current = signal("");

/** An approval that may still be taken back. */
export type Undoable = { readonly escalationId: string; readonly ask: string; readonly until: string };
export const undoable = signal<Undoable | null>(null);
/** When each of one's own answers was given here, for the pace. */
export const answeredAt = signal<readonly number[]>([]);

/** What is listed, narrowed as the address says. */
export const listed = computed(() => narrowed(questions.value, filters.value, me.value?.personId ?? ""));

export function narrowed(
  all: readonly EscalationView[],
  { text, functionId, whose }: Omit<Filters, "state" | "grouped">,
  self: string,
): readonly EscalationView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((one) => {
    if (functionId !== "" && one.functionId !== functionId) return false;
    if (whose === "mine" && one.assignee !== self) return false;
    const searched = [one.ask, one.escalationId, one.caseId, one.requestedBy, ...one.rules.map(({ id }) => id)];
    const found = searched.join(" ").toLowerCase();
    return words.every((word) => found.includes(word));
  });
}

type Page = { readonly escalations: readonly EscalationView[]; readonly next: string | null };

let reading = 0;

/** Reads the whole list anew; what another reading overtook is dropped. */
export async function readList(): Promise<void> {
  reading += 1;
  const own = reading;
  const { state } = filters.value;
  const all: EscalationView[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ ...(state !== "all" && { state }), ...(cursor !== null && { cursor }) });
    const answer: Answer<Page> = await ask<Page>(`/v1/escalations?${query.toString()}`);
    if (own !== reading) return;
    if (answer.kind === "refused") return refusedReading(answer.problem.status, answer.problem.detail);
    all.push(...answer.body.escalations);
    cursor = answer.body.next;
  } while (cursor !== null);
  questions.value = all;
  isLoaded.value = true;
}

function refusedReading(status: number, detail: string): void {
  if (status === 401) me.value = null;
  else trouble.value = detail;
}

/** Reads the question that is open anew. */
export async function readShown(escalationId: string): Promise<EscalationShown | undefined> {
  const answer = await ask<EscalationShown>(questionPath(escalationId));
  if (answer.kind === "refused") {
    refusedReading(answer.problem.status, answer.problem.detail);
    return undefined;
  }
  const at = place.value;
  if (at.page === "question" && at.escalationId === escalationId) shown.value = answer.body;
  return answer.body;
}

export async function readMe(): Promise<void> {
  const answer = await ask<Me>("/v1/me");
  if (answer.kind === "ok") me.value = answer.body;
  else if (answer.problem.status === 401) me.value = null;
  else trouble.value = answer.problem.detail;
}
