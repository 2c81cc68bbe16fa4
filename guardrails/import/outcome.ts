import type { Verdict } from "../../domain/decision.ts";

/** What a source says becomes of a request. `role`: who is asked, where it names one. */
export type Outcome = { readonly effect: Verdict; readonly role?: string };

const passes = /^(?:auto(?:matic)?|execute|(?:auto[- ]?)?approved?|accept(?:ed)?|allow(?:ed)?|permit(?:ted)?)$/i;
const stops = /^(?:block(?:ed)?|never|reject(?:ed)?|den(?:y|ied)|declined?|refused?|forbid(?:den)?)$/i;
const asks = /^(?:ask|escalated?|refer(?:red)?|review|manual(?: review)?)(?:(?:\s+to\s+|\s*:\s*|\s+)(.+))?$/i;

/** `Regional Director` is the role `regional-director`; undefined for what is no name of one. */
export function roleOf(text: string): string | undefined {
  const role = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .join("-");
  return /^[a-z][a-z0-9-]*$/.test(role) ? role : undefined;
}

/** What a word says by itself; undefined where it may be anything, a role among it. */
export function outcomeOf(text: string): Outcome | undefined {
  if (passes.test(text)) return { effect: "execute" };
  if (stops.test(text)) return { effect: "block" };
  const [isAsked, who] = asks.exec(text) ?? [];
  if (isAsked === undefined) return undefined;
  const role = who === undefined ? undefined : roleOf(who);
  if (who === undefined) return { effect: "escalate" };
  return role === undefined ? undefined : { effect: "escalate", role };
}
