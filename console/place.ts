import { computed, signal } from "@preact/signals";

/** Where the console is: all of it stands in the address, so that a link shows another person the same. */

const href = signal(location.href);
addEventListener("popstate", () => {
  href.value = location.href;
});

export type Place =
  | { readonly page: "inbox" }
  | { readonly page: "question"; readonly escalationId: string }
  | { readonly page: "decision"; readonly caseId: string };

export const place = computed((): Place => {
  const [, , kind, ...rest] = new URL(href.value).pathname.split("/");
  const id = decodeURIComponent(rest.join("/"));
  if (kind === "e" && id !== "") return { page: "question", escalationId: id };
  if (kind === "d" && id !== "") return { page: "decision", caseId: id };
  return { page: "inbox" };
});

/** What the list is narrowed to, as the address says it. */
export const filters = computed(() => {
  const query = new URL(href.value).searchParams;
  return {
    text: query.get("q") ?? "",
    functionId: query.get("function") ?? "",
    whose: query.get("whose") === "mine" ? ("mine" as const) : ("all" as const),
    state: query.get("state") ?? "open",
    grouped: query.get("group") === "rule",
  };
});
export type Filters = (typeof filters)["value"];

const names = { text: "q", functionId: "function", whose: "whose", state: "state", grouped: "group" } as const;
const unset: { readonly [name in keyof Filters]: string } = {
  text: "",
  functionId: "",
  whose: "all",
  state: "open",
  grouped: "",
};

/** Another filter, in the same history entry: going back leaves the list, and not letter by letter. */
export function narrow(name: keyof Filters, value: string): void {
  const url = new URL(href.value);
  if (value === unset[name]) url.searchParams.delete(names[name]);
  else url.searchParams.set(names[name], value);
  history.replaceState(null, "", url);
  href.value = url.href;
}

export function go(path: string): void {
  const url = new URL(path, location.origin);
  url.search = new URL(href.value).search;
  if (url.href === href.value) return;
  history.pushState(null, "", url);
  href.value = url.href;
}

export const questionAt = (escalationId: string): string => `/console/e/${encodeURIComponent(escalationId)}`;
export const decisionAt = (caseId: string): string => `/console/d/${encodeURIComponent(caseId)}`;
