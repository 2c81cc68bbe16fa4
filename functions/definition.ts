import type { z } from "zod";
import type { Audience as FindingAudience } from "../domain/audience.ts";
import type { Beside } from "../domain/decision-details.ts";
import type { Trigger } from "../domain/event.ts";
import type { Evidence, Finding, Lookup } from "../domain/evidence.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Action, TurnCitation } from "../domain/proposal.ts";
import type { Fields } from "./fields.ts";

/** What was read, by the reading tool's name. A thing that does not exist, or was not read, is absent. */
export type Readings = { readonly [tool: string]: Evidence };

/** What a decision knows when facts are computed: the readings by tool name, the action proposed, and the instant. */
export type FactInput = {
  readonly evidence: Readings;
  readonly action: Action;
  /** When it is decided, ISO 8601. The only clock there is: no fact reads one. */
  readonly at: string;
};

/**
 * An argument that neither the record nor a model sets but the policy in force: a parameter of it, a whole number from `min` to
 * `max`; of kind `ppm` a share. It is recorded with the decision, and what is approved and permitted is bound to it.
 */
export type Term = {
  readonly param: string;
  readonly min: number;
  readonly max: number;
  /** Left out: `number`. */
  readonly kind?: "number" | "ppm";
};

/** Figures of one request that cannot all be true. Which of them is wrong, nobody can say: none is believed. */
export type Contradiction = {
  /** What cannot be true together, by name: facts, or properties of the record. */
  readonly between: readonly [string, ...string[]];
  /** The facts that are not known for it. */
  readonly facts: readonly string[];
  /** Why, in a sentence without a full stop. */
  readonly reason: string;
};

/** What a step is about, beside its subject's record. */
export type About = {
  /** The subject's id in its system of record. */
  readonly objectId: string;
  /** Arguments of what is proposed; while nothing is, of what the record asks for. They are whatever somebody wrote. */
  readonly args: JsonObject;
};

/**
 * What makes the same words another ask, where they may rightly be said again: a day, a count or name of one's own, a stretch
 * of time (in which the last act stands, and one that it replaced may be asked anew), the step whose decision is told. `argument` is the one that holds it, in business names: never an event, a run or
 * an attempt. Source: docs/decisions/0016.
 */
export type Occasion =
  | { readonly kind: "none" }
  | { readonly kind: "date" | "ordinal" | "period" | "decision"; readonly argument: string };

/** `minor`: in minor units. `what`: the amount in a word or two, such as `discount`. */
export type Headline = {
  readonly customer: string | null;
  readonly product: string | null;
  readonly money: { readonly minor: number; readonly currency: string; readonly what: string } | null;
};

/** What another system states of a request, held against what our own ledgers say. */
export type Held = {
  /** The facts that the ledgers may move. */
  readonly facts: readonly string[];
  /** A record's fields, as far as facts alone tell them. */
  readonly fieldsOf: (facts: JsonObject) => JsonObject;
  /** Why none of these facts can be taken as it is stated, in a clause; undefined where the ledgers say nothing of them. */
  readonly why: (readings: Readings, at: string) => string | undefined;
};

/**
 * One kind of action that needs a decision. Pure: no clock, no I/O.
 * The policy of the same id decides it, over the facts declared here and nothing else.
 */
export type GovernedAction = {
  /** Also the policy's id and its file name in `policies/`. */
  readonly id: string;
  /** The tool that acts, `<system>.<verb>`. A system that no adapter stands for is the sandbox's. */
  readonly tool: `${string}.${string}`;
  /** The tool's arguments, checked again by the tool itself. */
  readonly args: z.ZodObject;
  /**
   * The arguments in whose place a person who may approve may put others, as `args` types them. What they put there is a proposal like any
   * other. Absent: none.
   */
  readonly editable?: z.ZodObject;
  /** Arguments of the tool that the policy sets, by name; they are none of `args`. */
  readonly terms?: { readonly [argument: string]: Term };
  /** The arguments that the partner may be told, whose request it is: what both companies hold to. Absent: none. */
  readonly partnerSees?: readonly string[];
  /** When the same may be done again. `none`: once done it stays done, until arguments of another ask took its place. */
  readonly occasion: Occasion;
  /** Facts with their types, units (`meta.unit`) and meaning (`meta.title`). A `strictObject`. */
  readonly factSchema: z.ZodObject;
  /**
   * The facts that name what a request is about where another system asks and no record is read: the same asked again is then
   * one ask, and a changed one takes the place of the last in limits. Absent: each request is one of its own.
   */
  readonly businessKey?: readonly string[];
  /** Whether the subject's record is one of the readings; a report on our own ledgers needs none. */
  readonly readsRecord: boolean;
  /**
   * The further readings a decision needs, given the subject's record. Computed by code: a model
   * cannot choose what is read. `reportsStep` is the key of the step that a write-back tells about, else empty.
   */
  readonly lookups: (record: JsonObject, reportsStep: string, about: About) => readonly Lookup[];
  /** Readings, beside the subject's record, of which a newer version makes a proposal stale: it is then made afresh. */
  readonly restsOn?: readonly string[];
  /**
   * Facts from the readings and the proposed arguments. A reading that is absent or malformed leaves its facts out:
   * a missing fact escalates. Never throws for bad data.
   */
  readonly facts: (input: FactInput) => JsonObject;
  /** Why facts are not known, by fact: what the record says that cannot be read. For the person who is asked. */
  readonly unknown?: (input: FactInput) => { readonly [fact: string]: string };
  /** Whether nobody may let it be done as it stands: who is asked puts other arguments in place of some, or rejects it. */
  readonly notAsItStands?: (input: FactInput) => boolean;
  /** Other records that the person who must answer compares with what is asked. */
  readonly beside?: (input: FactInput) => readonly Beside[];
  /** Requests of others that are to be asked first, while they are being: it is decided after them, as long as that takes a short time. */
  readonly waitsFor?: (input: FactInput) => readonly string[];
  /** What is said beside the reasons to whom is asked or refused: what a fact was measured against. A clause each. */
  readonly remarks?: (input: FactInput) => readonly string[];
  /**
   * What of a request contradicts itself: facts held against each other, and the record's figures against each other and the
   * instant. Given facts alone, there are no readings. Source: docs/decisions/0020.
   */
  readonly agrees?: (facts: JsonObject, input: FactInput) => readonly Contradiction[];
  /** Where another system asks: which facts our own ledgers may say otherwise. Absent: none. */
  readonly held?: Held;
  /**
   * What is asked, in one sentence without a full stop, for the person who must answer. `who` is the asking partner.
   * Undefined for arguments that are not this action's.
   */
  readonly describe: (args: JsonObject, who: string) => string | undefined;
  /**
   * Whom and what it is about, and the amount at stake with what that amount is, for who answers; null where what is asked does
   * not name it. Undefined for arguments that are not this action's. Absent: nothing is named.
   */
  readonly headline?: (args: JsonObject, facts: JsonObject) => Headline | undefined;
  /**
   * The person or agent's principal on whose behalf the action is asked; that person may not approve it. Told by the record,
   * or by the arguments of an action that no record asks for; empty where these do not say. Null: it is nobody's request,
   * since it follows from another decision or from what agents see.
   */
  readonly requestedBy: (record: JsonObject, args: JsonObject) => string | null;
};

/** An action that a function's agents propose. What the record asks for is what they are checked against. */
export type FunctionAction = GovernedAction & {
  /** The step's name within a case; part of every key. */
  readonly step: string;
  /**
   * What the record itself asks for. Arguments that cannot be read are left out: people are asked then, and nobody can approve
   * what is not whole. Also what people are asked when agents cannot work. `readings` are those taken so far:
   * what only they tell is what the record says of it until they are. Which readings are taken never hangs on them.
   */
  readonly requested: (record: JsonObject, readings?: Readings) => Action | undefined;
  /**
   * The record asks for it while this property has this value: its state decides, when the rules are asked and again right
   * before the call, not what was told of it once. A record that never kept the property asks whenever it is told of. Absent: the course of the case says when.
   */
  readonly askedBy?: { readonly property: string; readonly value: string };
  /** Arguments that code takes from what is requested, whatever a model proposes for them. */
  readonly filled?: readonly string[];
  /** Which property of the record tells how the step ended, and the value per outcome. Absent: nothing is written back. */
  readonly writeBack?: {
    readonly property: string;
    readonly values: { readonly executed: string; readonly denied: string; readonly blocked: string };
    /** The value that it takes the place of, and no other; left out, the one that asked. */
    readonly over?: string;
    /** By the arguments of what was done: whether it is written at all. Left out, always. */
    readonly tells?: (args: JsonObject) => boolean;
  };
  /** The function's action that takes back what this one did, where the record no longer stands by it. */
  readonly takenBackBy?: string;
};

/** One of the three agents at its turn. */
export type Role = TurnCitation["role"];

/** What an offline reasoner knows: readings by tool name, the requested action, and the facts code derives from both. */
export type Briefing = {
  readonly readings: { readonly [tool: string]: JsonObject };
  readonly requested: Action;
  readonly facts: JsonObject;
  /** When they work, ISO 8601. */
  readonly at: string;
};

/** For whom each of a function's findings is, by its code. */
type Audiences = { readonly [code: string]: FindingAudience };

/** A finding of which that is said. */
export type FindingOf<A extends Audiences> = Finding & { readonly code: keyof A & string };

/** A function as the three agents work on it: `agentPart` makes one. Pure. */
export type AgentPart = {
  /** A code that is not here is ours alone. */
  readonly audiences: Audiences;
  /** The function's part of each role's prompt, added to `agents/prompts/`. */
  readonly guidance: { readonly [role in Role]: string };
  /** Turns that only a language model can do: they wait for one, and then go to people. Absent: none. */
  readonly needsModel?: readonly Role[];
  /** The offline model's findings. A sentence each, with its numbers, for a partner manager. */
  findings(briefing: Briefing): readonly Finding[];
  /** What the requested action would do, as a sentence that ends the offline model's reasoning. */
  proposes(requested: Action): string;
};

/** Does not compile where a finding has no audience. */
export function agentPart<const A extends Audiences>(
  part: Omit<AgentPart, "audiences" | "findings"> & {
    readonly audiences: A;
    findings(briefing: Briefing): readonly FindingOf<NoInfer<A>>[];
  },
): AgentPart {
  return part;
}

/** A cell of the framework: 10 functions x 4 pillars x 3 zones. */
export type Cell = {
  readonly pillar: "technology" | "process" | "governance" | "metrics";
  readonly zone: "vendor" | "partner" | "joint";
};

/**
 * The business object that a function's cases are about. `system` is the system of record, never the source of a webhook;
 * its reading is the tool `<system>.record`.
 */
export type Subject = {
  readonly system: string;
  /** Our name for the type of object. */
  readonly type: string;
  /** The properties of its record that are read; nothing else of it is. */
  readonly fields: Fields;
  /** Where no property of its record asks for what is done: what of it must hold still. A record that is gone lets nothing be done. */
  readonly holds?: Holds;
};

/** An act for a subject: by its action, and its arguments; empty while nothing is proposed. */
export type ActOfSubject = { readonly action: string; readonly args: JsonObject };

/**
 * Whether the record as it is now lets something be done that was decided of it, or why nobody can tell: a clause that names
 * the property. Looked at at every gate and right before the call. Pure.
 */
export type Holds = (record: JsonObject, act: ActOfSubject) => boolean | { readonly unread: string };

/** The stretch of time that bulk data is about, ISO 8601; `until` is not part of it. */
export type Window = { readonly from: string; readonly until: string };

/**
 * How bulk data becomes objects: a fold over one object's rows of one window, in the order they were sent, one object after
 * the other. In whatever chunks rows came, the readings are the same. Pure.
 */
export type Aggregate<Row extends z.ZodObject = z.ZodObject, Sum extends Json = Json> = {
  /** The columns of a row, plain and without transforms; amounts are whole numbers. No other column is ever stored. */
  readonly row: Row;
  /** The column that holds the id of an object of the function's subject. */
  readonly by: string;
  /** What an object begins with. */
  readonly start: Sum;
  add(sum: Sum, row: z.infer<Row>): Sum;
  /** What a case is told of the object. Undefined: nothing that a case is opened for. */
  reading(sum: Sum, window: Window): JsonObject | undefined;
};

/** The dated course of a case. Instants are ISO 8601 in UTC. */
export type Plan = {
  /** Where the record itself says that it stands, such as `proposed`; empty where it does not. */
  readonly state: string;
  /** What the record dates, by name: they move with it, and with nothing else. */
  readonly anchors: { readonly [name: string]: string };
  /** When what is begun at the given instant runs out, by name. */
  readonly deadlines: { readonly [name: string]: string };
  /**
   * What an answer from outside names, by the name of what it answers: `renewals/offer/C-7001/2026-12-31`. Made of business
   * names only, at most 200 of `A-Z a-z 0-9 . _ / -`; one that would not be is left out.
   */
  readonly correlations: { readonly [name: string]: string };
  /** The last anchor plus grace: no case waits longer. */
  readonly endsBy: string;
};

export type Audience = "customer" | "partner" | "partner-manager";

/** What a message may be filled with, each written out as people read it: `2026-12-31`, `600000.00 USD`. */
type VariableKind = "text" | "date" | "money";

/** A text to people, filled in with `{variable}`. Every variable it cites is declared, and every declared one is cited. */
export type MessageTemplate = {
  /** Who reads it, in the order of whom it is to; the others have a copy. */
  readonly audience: readonly [Audience, ...Audience[]];
  readonly subject: string;
  readonly body: string;
  readonly variables: { readonly [name: string]: { readonly kind: VariableKind; readonly title: string } };
};

/** A text that a function sends, and where its variables come from. Pure. */
export type FunctionMessage = MessageTemplate & {
  /** The readings it is filled from beside the record; `reportsStep`: the step that it tells of, where it tells of one. */
  readonly lookups: (record: JsonObject, objectId: string, reportsStep?: string) => readonly Lookup[];
  /**
   * Its variables, each at most 500 characters. `occasion` is the repeat's business name, such as `2026-12-29`, or empty. Undefined
   * where the readings do not tell them all. No clock: told again from the same readings, they are the same.
   */
  readonly fill: (readings: Readings, occasion: string) => { readonly [name: string]: string } | undefined;
  /** Whether it is still to be sent, by what was read; else it is moot, and nobody is told why. Absent: always. */
  readonly isDue?: (readings: Readings, occasion: string) => boolean;
};

/** One of the programme's functions, end to end, as data. The registry drives everything else. */
export type FunctionDefinition = {
  readonly id: string;
  /** Its number in the framework, such as `F5`, as the README's table has it. */
  readonly code: string;
  readonly title: string;
  readonly cells: readonly [Cell, ...Cell[]];
  /** What opens a case, or tells one that runs; several functions may hear one event. */
  readonly triggers: readonly [Trigger, ...Trigger[]];
  readonly subject: Subject;
  /** How its batches become objects; a function with a `batch` trigger has one. */
  readonly aggregate?: Aggregate;
  /** What it may propose. The standard choreography runs the first; an own choreography names them. */
  readonly actions: readonly [FunctionAction, ...FunctionAction[]];
  readonly agent: AgentPart;
  /** The dates of a case, where it goes by dates; `at` is ISO 8601. Undefined for a record that cannot be read. Pure. */
  readonly plan?: (record: JsonObject, at: string) => Plan | undefined;
  /** The workflow type that runs its cases, of `workflows/index.ts`. The standard choreography when absent. */
  readonly choreography?: string;
  /** The texts it sends, by name: `<function>.<name>` is the template that the shared action `message` takes. */
  readonly messages?: { readonly [template: string]: FunctionMessage };
  /** What its letter of reasons calls a request, by an action's arguments; undefined where they do not name it. */
  readonly requestName?: (args: JsonObject) => string | undefined;
  /**
   * Its text to those who were denied, or still wait, since another one's protection ran, once that has ended; the occasion is the
   * protection's.
   */
  readonly waiting?: string;
};

/** Functions by their ids. */
export type FunctionTable = { readonly [id: string]: FunctionDefinition };
