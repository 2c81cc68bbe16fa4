import type { Finding } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Action } from "../../domain/proposal.ts";
import type { Role } from "../turn.ts";

/** What an offline reasoner knows: readings by tool name, the requested action, and the facts code derives from both. */
export type Briefing = {
  readonly readings: { readonly [tool: string]: JsonObject };
  readonly requested: Action;
  readonly facts: JsonObject;
};

/** A function as the three agents work on it. Pure. */
export type AgentFunction = {
  /** The function's part of each role's prompt, added to `prompts/`. */
  readonly guidance: { readonly [role in Role]: string };
  /** The offline model's findings. A sentence each, with its numbers, for a partner manager. */
  findings(briefing: Briefing): readonly Finding[];
  /** What the requested action would do, as a sentence that ends the offline model's reasoning. */
  proposes(requested: Action): string;
};
