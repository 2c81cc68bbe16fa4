import type { ListChange } from "../audit/ledgers/name-lists.ts";

/** A version that one person put in the place of another. It counts for a policy only if that is proved to loosen nothing there. */
export type ListStep = { readonly from: string; readonly to: string };

/** A list by its history. */
export type ListState = {
  /** The version in force; null while none is. */
  readonly version: string | null;
  /** Who put it there, and when; null where nobody did. */
  readonly set: { readonly person: string; readonly at: string } | null;
  /** What has to be proved of it: the steps since two people last agreed on a version, and who took them. */
  readonly steps: readonly ListStep[];
  readonly alone: readonly string[];
  /** What waits for a second person. */
  readonly pending: { readonly version: string; readonly person: string; readonly at: string } | null;
};

/** The last place taken, and each list by its name. */
export type ListStanding = { readonly n: number; readonly lists: { readonly [list: string]: ListState } };

export const noListChanges: ListStanding = { n: 0, lists: {} };

const unset: ListState = { version: null, set: null, steps: [], alone: [], pending: null };

export function listStateOf({ lists }: ListStanding, list: string): ListState {
  return (Object.hasOwn(lists, list) ? lists[list] : undefined) ?? unset;
}

export type ListAdvanced =
  | { readonly kind: "advanced"; readonly standing: ListStanding; readonly inForce: boolean }
  | {
      readonly kind: "misfit";
      readonly code: "stale-release" | "own-request" | "list-unchanged";
      readonly detail: string;
    };

type Change = Pick<ListChange, "n" | "list" | "version" | "parent" | "alone" | "person" | "at">;

const misfit = (code: Extract<ListAdvanced, { kind: "misfit" }>["code"], detail: string): ListAdvanced => ({
  kind: "misfit",
  code,
  detail,
});

/**
 * The lists after one more change. A version that one person alone may put in force is; another one waits until a second person
 * asks for the same. A version in force by one person's word is agreed when somebody else asks for it.
 */
export function advanceList(before: ListStanding, change: Change): ListAdvanced {
  const { n, list, version, parent, alone, person, at } = change;
  const state = listStateOf(before, list);
  const taken = (next: ListState, inForce: boolean): ListAdvanced => ({
    kind: "advanced",
    standing: { n, lists: { ...before.lists, [list]: next } },
    inForce,
  });
  if (parent !== state.version) return misfit("stale-release", `\`${list}\` is another version by now`);
  const agreed = { version, set: { person, at }, steps: [], alone: [], pending: null };
  if (version === state.version) {
    if (state.pending !== null) return taken({ ...state, pending: null }, true);
    if (state.steps.length === 0) return misfit("list-unchanged", `\`${list}\` holds these names already`);
    return state.alone.includes(person)
      ? misfit("own-request", "what one person put in force is not agreed to by the same person")
      : taken(agreed, true);
  }
  if (state.pending?.version === version) {
    return state.pending.person === person
      ? misfit("own-request", "a list's version is not let pass by who proposed it")
      : taken(agreed, true);
  }
  if (!alone || parent === null) return taken({ ...state, pending: { version, person, at } }, false);
  const steps = [...state.steps, { from: parent, to: version }];
  return taken({ ...agreed, steps, alone: [...state.alone, person] }, true);
}
