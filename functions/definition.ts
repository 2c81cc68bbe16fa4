import type { z } from "zod";
import type { Trigger } from "../domain/event.ts";
import type { Evidence, Lookup } from "../domain/evidence.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Action } from "../domain/proposal.ts";

/** What a decision knows when facts are computed: the readings by tool name, and the action proposed. */
export type FactInput = { readonly evidence: { readonly [tool: string]: Evidence }; readonly action: Action };

/**
 * One kind of action that needs a decision. Pure: no clock, no I/O.
 * The policy of the same id decides it, over the facts declared here and nothing else.
 */
export type GovernedAction = {
  /** Also the policy's id and its file name in `policies/`. */
  readonly id: string;
  /** The tool that acts, `<system>.<verb>`. */
  readonly tool: string;
  readonly args: z.ZodObject;
  /** Facts with their types, units (`meta.unit`) and meaning (`meta.title`). A `strictObject`. */
  readonly factSchema: z.ZodObject;
  /** Whether the CRM record is one of the readings; a report on our own ledgers needs none. */
  readonly readsRecord: boolean;
  /**
   * The further readings a decision needs, given the CRM record. Computed by code: a model
   * cannot choose what is read. `reportsStep` is the key of the step that a write-back tells about, else empty.
   */
  readonly lookups: (record: JsonObject, reportsStep: string) => readonly Lookup[];
  /**
   * Facts from the readings and the proposed arguments. A reading that is absent or malformed leaves its facts out:
   * a missing fact escalates. Never throws for bad data.
   */
  readonly facts: (input: FactInput) => JsonObject;
  /**
   * What is asked, in one sentence without a full stop, for the person who must answer. `who` is the asking partner.
   * Undefined for arguments that are not this action's.
   */
  readonly describe: (args: JsonObject, who: string) => string | undefined;
  /** The person or agent's principal on whose behalf the action is asked; that person may not approve it. */
  readonly requestedBy: (record: JsonObject) => string;
};

export type FunctionCode = "F1" | "F2" | "F3" | "F4" | "F5" | "F6" | "F7" | "F8" | "F9" | "F10" | "INC";

/** One of the programme's functions, end to end, as data. The registry drives everything else. */
export type FunctionDefinition = {
  readonly id: string;
  readonly code: FunctionCode;
  readonly title: string;
  /** The cell of the framework: 10 functions x 4 pillars x 3 zones. */
  readonly cell: {
    readonly pillar: "technology" | "process" | "governance" | "metrics";
    readonly zone: "vendor" | "partner" | "joint";
  };
  readonly trigger: Trigger;
  /** The part of the CRM record that the function reads; nothing else of it is read. Its issues name what a record lacks. */
  readonly record: z.ZodObject;
  /** The step's name within a case; part of every key. */
  readonly step: string;
  readonly action: GovernedAction;
  /** What the record itself asks for, as an action. Used to check a proposal against, and when agents cannot work. */
  readonly requested: (record: JsonObject) => Action | undefined;
  /** Which CRM property tells the outcome, and the value per outcome. */
  readonly writeBack: {
    readonly property: string;
    readonly values: { readonly executed: string; readonly denied: string; readonly blocked: string };
  };
};
