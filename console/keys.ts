import { signal } from "@preact/signals";
import type { EscalationShown } from "../gateway/http/escalations.ts";
import { start } from "./actions.tsx";
import { dialog, open } from "./dialogs.ts";
import { go, place, questionAt } from "./place.ts";
import { current, listed, picked, shown, undoable } from "./state.ts";
import { undoNow } from "./undo.tsx";

/** Every key of the console, for who reads the sheet. */
export const sheet: readonly (readonly [key: string, does: string])[] = [
  ["j / k", "next, previous question"],
  ["Enter", "open it"],
  ["a", "approve"],
  ["e", "edit"],
  ["r", "reject"],
  ["i", "ask back, or answer"],
  ["t", "take"],
  ["g", "delegate"],
  ["s", "put off"],
  ["x", "select"],
  ["z", "undo the last approval"],
  ["/", "search"],
  ["Esc", "back to the list"],
  ["?", "this sheet"],
];

const KEPT = "mandate.keys";
export const areKeysOn = signal(localStorage.getItem(KEPT) !== "off");

export function switchKeys(on: boolean): void {
  areKeysOn.value = on;
  localStorage.setItem(KEPT, on ? "on" : "off");
}

const moves: { readonly [key: string]: keyof EscalationShown["may"] } = {
  a: "approve",
  e: "edit",
  r: "reject",
  t: "take",
  g: "delegate",
  s: "hold",
};

/** Where letters are typed they are letters. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** No key counts while something is typed, while a dialog is open, or before the question that it would move has been read. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || dialog.value !== null) return;
  if (event.key === "Escape") return onEscape(event);
  if (isTyping(event.target) || !areKeysOn.value) return;
  const isControl = event.target instanceof HTMLElement && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);
  if (event.key === "Enter" && isControl) return;
  if (act(event.key)) event.preventDefault();
}

function onEscape(event: KeyboardEvent): void {
  if (event.target instanceof HTMLElement && isTyping(event.target)) return event.target.blur();
  if (place.value.page !== "inbox") go("/console");
}

/** Whether the key means anything here. */
function act(key: string): boolean {
  const view = shown.value;
  if (key === "j" || key === "ArrowDown") return step(1);
  if (key === "k" || key === "ArrowUp") return step(-1);
  if (key === "?") open({ kind: "keys" });
  else if (key === "/") document.querySelector<HTMLInputElement>("#search")?.focus();
  else if (key === "Enter" && current.value !== "") go(questionAt(current.value));
  else if (key === "x" && current.value !== "") pick(current.value);
  else if (key === "z" && undoable.value !== null) void undoNow();
  else if (view !== null && key === "i") start(view, view.state === "info-requested" ? "answer" : "ask");
  else if (view !== null && moves[key] !== undefined) start(view, moves[key]);
  else return false;
  return true;
}

/** To the next row; while a question is open, the next one opens in its place. */
function step(by: 1 | -1): boolean {
  const rows = listed.value;
  const at = rows.findIndex(({ escalationId }) => escalationId === current.value);
  const next = rows[at === -1 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
  if (next === undefined) return true;
  current.value = next.escalationId;
  if (place.value.page === "question") go(questionAt(next.escalationId));
  return true;
}

export function pick(escalationId: string): void {
  const all = new Set(picked.value);
  if (!all.delete(escalationId)) all.add(escalationId);
  picked.value = all;
}
