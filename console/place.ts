import { computed, signal } from "@preact/signals";

/** Where the console is: all of it stands in the address, so that a link shows another person the same. */

const href = signal(location.href);
addEventListener("popstate", () => {
  href.value = location.href;
});

export type Place =
  | { readonly page: "inbox" }
  | { readonly page: "question"; readonly escalationId: string }
  | { readonly page: "decision"; readonly caseId: string }
  | { readonly page: PageName };

/** The pages beside the questions, as their addresses name them. */
export const pageNames = ["operations", "agents", "policies", "people"] as const;
export type PageName = (typeof pageNames)[number];

/** How near a case is looked at. */
export const caseViews = ["story", "steps", "rules", "raw"] as const;
export type CaseView = (typeof caseViews)[number];

export const place = computed((): Place => {
  const [, , kind, ...rest] = new URL(href.value).pathname.split("/");
  const id = decodeURIComponent(rest.join("/"));
  if (kind === "e" && id !== "") return { page: "question", escalationId: id };
  if (kind === "d" && id !== "") return { page: "decision", caseId: id };
  const page = pageNames.find((name) => name === kind);
  return page === undefined ? { page: "inbox" } : { page };
});

/** The view of the case that is open, and what it is held against; both stand in the address. */
export const caseView = computed(() => {
  const query = new URL(href.value).searchParams;
  return { view: caseViews.find((one) => one === query.get("view")) ?? "story", beside: query.get("with") ?? "" };
});

export function lookAt(view: CaseView, beside = ""): void {
  const url = new URL(href.value);
  url.searchParams.set("view", view);
  if (beside === "") url.searchParams.delete("with");
  else url.searchParams.set("with", beside);
  history.pushState(null, "", url);
  href.value = url.href;
}

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
  const kept = new URL(href.value).searchParams;
  for (const name of ["view", "with"]) kept.delete(name);
  url.search = kept.toString();
  if (url.href === href.value) return;
  history.pushState(null, "", url);
  href.value = url.href;
}

export const questionAt = (escalationId: string): string => `/console/e/${encodeURIComponent(escalationId)}`;
export const decisionAt = (caseId: string): string => `/console/d/${encodeURIComponent(caseId)}`;
export const pageAt = (page: PageName): string => `/console/${page}`;
