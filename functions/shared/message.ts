import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import type { FactInput, FunctionDefinition, FunctionMessage, GovernedAction, Readings } from "../definition.ts";
import { offeredText } from "../../domain/brand/offer.ts";
import type { Beside } from "../../domain/decision-details.ts";
import { functions, recordToolOf } from "../index.ts";
import { brandLookup, filledIn, findingsIn, findingsInWords, type Filled } from "./brand.ts";

const MESSAGE = "message";

type Variables = { readonly [name: string]: string };

export const MessageArgs = z.strictObject({
  /** `<function>.<its name for the text>`. */
  template: z.string().min(1).max(128),
  /** Whom it is to, in order; the others have a copy. */
  audience: z.array(z.enum(["customer", "partner", "partner-manager"])).min(1),
  /** As people read them. */
  variables: z.record(z.string().max(64), z.string().max(500)),
  objectType: z.string().min(1).max(64),
  objectId: z.string().min(1).max(256),
  /** The repeat's business name, such as `2026-12-29` or `1`; empty where there is no repeat. */
  occasion: z.string().max(64),
  /** What a person has put in place of the template's words: it goes out as it is, and no variable is filled in. */
  subject: z.string().trim().min(1).max(200).exactOptional(),
  body: z.string().trim().min(1).max(4_000).exactOptional(),
  /** The evidence that it cites, by id, with commas: what the brand rules let it claim. */
  cites: z.string().max(200).exactOptional(),
});
type MessageArgs = z.infer<typeof MessageArgs>;

/** Longer texts and more links than this are told as this. */
const MAX_CHARS = 100_000;
const MAX_LINKS = 1_000;
/** As many places are told at most. */
const MAX_FOUND = 100;

/** The facts that `policies/message.yaml` may name. */
export const MessageFacts = z.strictObject({
  templateKnown: z.boolean().meta({ from: "derived", title: "the text is one that a function declares" }),
  ownRecord: z
    .boolean()
    .meta({ from: "derived", title: "it is about the case's own record, which is of the type the text is for" }),
  complete: z
    .boolean()
    .meta({ from: "derived", title: "every variable is given, none besides, and no placeholder is left in the text" }),
  asFilled: z.boolean().meta({ from: "derived", title: "the variables are what the readings say now" }),
  audienceAsDeclared: z
    .boolean()
    .meta({ from: "derived", title: "it goes to whom the text is for, and to nobody else" }),
  external: z.boolean().meta({ from: "derived", title: "somebody outside the company reads it" }),
  lengthChars: z
    .int()
    .min(0)
    .max(MAX_CHARS)
    .meta({ from: "derived", title: "characters of the text with its variables" }),
  links: z.int().min(0).max(MAX_LINKS).meta({ from: "derived", title: "links in the text with its variables" }),
  template: z.string().max(128).meta({ from: "derived", title: "the text's name" }),
  brandFindings: z
    .int()
    .min(0)
    .max(MAX_FOUND)
    .meta({ from: "derived", title: "places of the text that the brand rules withhold, as it is written" }),
  brandMarks: z
    .int()
    .min(0)
    .max(MAX_FOUND)
    .meta({ from: "derived", title: "places of the text that the brand rules have people look at" }),
  ownWords: z.boolean().meta({ from: "derived", title: "a person wrote words of it" }),
});

/** A text that a function declares, by its whole name. */
type Known = { readonly definition: FunctionDefinition; readonly message: FunctionMessage };

function templateOf(template: unknown): Known | undefined {
  if (typeof template !== "string") return undefined;
  const definition = Object.values(functions).find(({ id }) => template.startsWith(`${id}.`));
  const message = definition && messageOf(definition, template.slice(definition.id.length + 1));
  return definition && message && { definition, message };
}

function messageOf({ messages = {} }: FunctionDefinition, name: string): FunctionMessage | undefined {
  return Object.hasOwn(messages, name) ? messages[name] : undefined;
}

/** The text with its variables; a placeholder without one stays as it is. */
export function rendered({ subject, body }: FunctionMessage, variables: Variables): { subject: string; body: string } {
  return { subject: filledIn(subject, variables).text, body: filledIn(body, variables).text };
}

/** Subject and body as they would go out: a person's words where there are any, else the template's with its variables. */
function partsOf(
  message: FunctionMessage,
  { subject, body, variables }: MessageArgs,
): { subject: Filled; body: Filled } {
  const own = (text: string) => ({ text, fills: [] });
  return {
    subject: subject === undefined ? filledIn(message.subject, variables) : own(subject),
    body: body === undefined ? filledIn(message.body, variables) : own(body),
  };
}

/** A text as it goes out, by the arguments that were decided; undefined for arguments that name no text. */
export function writtenOut(given: JsonObject): { readonly subject: string; readonly body: string } | undefined {
  const args = MessageArgs.safeParse(given).data;
  const known = args && templateOf(args.template);
  if (args === undefined || known === undefined) return undefined;
  const { subject, body } = partsOf(known.message, args);
  return { subject: subject.text, body: body.text };
}

/** What stands between the subject and the body, where both are one text. */
const BETWEEN = "\n\n";

function wholeText(message: FunctionMessage, args: MessageArgs): Filled {
  const { subject, body } = partsOf(message, args);
  const start = subject.text.length + BETWEEN.length;
  const moved = body.fills.map(({ name, from, to }) => ({ name, from: from + start, to: to + start }));
  return { text: `${subject.text}${BETWEEN}${body.text}`, fills: [...subject.fills, ...moved] };
}

/** Anything that a mail program makes a link of by its look: a scheme, or an address that begins with `www`. */
const LINK = /\b(?:[a-z][a-z0-9+.-]*:\/\/|mailto:|www\.)\S/gi;

function isSame(one: Variables, other: Variables | undefined): boolean {
  if (other === undefined || Object.keys(one).length !== Object.keys(other).length) return false;
  return Object.entries(one).every(([name, value]) => Object.hasOwn(other, name) && other[name] === value);
}

/** The text that arguments come to with what the brand rules find in it; undefined where there is no text, or no rules were read. */
function looked({ evidence, action, at }: FactInput) {
  const args = MessageArgs.safeParse(action.args).data;
  const message = args && templateOf(args.template)?.message;
  if (args === undefined || message === undefined) return undefined;
  const whole = wholeText(message, args);
  const cites = (args.cites ?? "").split(",").map((id) => id.trim());
  const findings = findingsIn(evidence, whole, cites, at);
  return findings && { findings, text: whole.text };
}

function brandFacts(input: FactInput): JsonObject {
  const { findings } = looked(input) ?? {};
  if (findings === undefined) return {};
  const withheld = findings.filter(({ over }) => over === "withhold").length;
  return { brandFindings: withheld, brandMarks: findings.length - withheld };
}

function remarks(input: FactInput): readonly string[] {
  return findingsInWords(looked(input)?.findings ?? []);
}

/** The text as it would go out beside the same with the wordings that are offered, where anything was found in it. */
function beside(input: FactInput): readonly Beside[] {
  const { findings = [], text = "" } = looked(input) ?? {};
  if (findings.length === 0) return [];
  const parts = (whole: string) => [whole.slice(0, whole.indexOf(BETWEEN)), whole.slice(whole.indexOf(BETWEEN) + 2)];
  const [asked, other] = [parts(text), parts(offeredText(text, findings))];
  const rows = ["subject", "body"].map((name, at) => ({ name, asked: asked[at] ?? "", other: other[at] ?? "" }));
  return [{ title: "the same in allowed wordings", reasons: [...findingsInWords(findings)], rows }];
}

/** What the brand rules withhold goes out in other words or not at all. */
function notAsItStands(input: FactInput): boolean {
  return looked(input)?.findings.some(({ over }) => over === "withhold") ?? false;
}

function facts(input: FactInput): JsonObject {
  const { evidence, action } = input;
  const args = MessageArgs.safeParse(action.args);
  if (!args.success) return {};
  const { template, audience } = args.data;
  const known = templateOf(template);
  const external = audience.some((reader) => reader !== "partner-manager");
  const common = { templateKnown: known !== undefined, template, external };
  return known === undefined
    ? common
    : { ...common, ...textFacts(known, args.data), ...readFacts(known, args.data, evidence), ...brandFacts(input) };
}

function textFacts({ message }: Known, args: MessageArgs): JsonObject {
  const { audience, variables } = args;
  const { text } = wholeText(message, args);
  const names = Object.keys(message.variables);
  const isGiven = (name: string) => (variables[name] ?? "").trim() !== "";
  const isComplete = names.every(isGiven) && Object.keys(variables).length === names.length && !/[{}]/.test(text);
  return {
    complete: isComplete,
    audienceAsDeclared:
      audience.length === message.audience.length && audience.every((one, n) => one === message.audience[n]),
    lengthChars: Math.min(text.length, MAX_CHARS),
    links: Math.min(text.match(LINK)?.length ?? 0, MAX_LINKS),
    ownWords: args.subject !== undefined || args.body !== undefined || args.cites !== undefined,
  };
}

/** What hangs on the readings; none of it where the record was not read. */
function readFacts({ definition, message }: Known, args: MessageArgs, readings: Readings): JsonObject {
  const ref = readings[recordToolOf(definition.id)]?.source.ref;
  if (ref === undefined) return {};
  const { objectType, objectId, occasion, variables } = args;
  return {
    ownRecord: objectType === definition.subject.type && ref === `${objectType}/${objectId}`,
    asFilled: isSame(variables, message.fill(readings, occasion)),
  };
}

/** Whether a text is still to be sent, by what was read; of a text that the function has not, so that it is said. */
export function isDue(definition: FunctionDefinition, template: string, readings: Readings, occasion: string): boolean {
  return messageOf(definition, template)?.isDue?.(readings, occasion) ?? true;
}

/**
 * The arguments of a text of a function's, filled from what was read; a text instead is why there is nothing to send.
 * `occasion` is the repeat's business name, or empty.
 */
export function messageArgs(
  definition: FunctionDefinition,
  template: string,
  readings: Readings,
  occasion: string,
): JsonObject | string {
  const { id, subject } = definition;
  const message = messageOf(definition, template);
  if (message === undefined) return `\`${id}\` has no text \`${template}\``;
  const ref = readings[recordToolOf(definition.id)]?.source.ref ?? "";
  if (!ref.startsWith(`${subject.type}/`))
    return `the ${subject.type} that \`${id}.${template}\` is about was not read`;
  const variables = message.fill(readings, occasion);
  if (variables === undefined) return `what was read does not tell all that \`${id}.${template}\` says`;
  const args = MessageArgs.safeParse({
    template: `${id}.${template}`,
    audience: message.audience,
    variables,
    objectType: subject.type,
    objectId: ref.slice(subject.type.length + 1),
    occasion,
  });
  if (args.success) return args.data;
  const paths = args.error.issues.map(({ path }) => `\`${path.join(".")}\``);
  return `\`${id}.${template}\` cannot be written: ${paths.join(", ")} is too long`;
}

/** `Mandate asks to send the text renewals.offer about contract C-7001 to customer and partner`. */
function describe(given: JsonObject): string | undefined {
  const args = MessageArgs.safeParse(given);
  if (!args.success) return undefined;
  const { template, audience, objectType, objectId } = args.data;
  return `Mandate asks to send the text ${template} about ${objectType} ${objectId} to ${audience.join(" and ")}`;
}

/**
 * Sends a text that a function declares; the receipt is the message's id. What is read follows from the template's name, the only
 * argument that lookups take: it is needed before the rest can be filled. Rules: policies/message.yaml.
 */
export const message: GovernedAction = {
  id: MESSAGE,
  tool: "messages.send",
  args: MessageArgs,
  occasion: { kind: "ordinal", argument: "occasion" },
  factSchema: MessageFacts,
  readsRecord: true,
  editable: MessageArgs.pick({ subject: true, body: true, cites: true }),
  lookups: (record, reportsStep, { args, objectId }) => {
    const { template } = args;
    const known = templateOf(template);
    if (known === undefined || typeof template !== "string") return [];
    return [
      ...known.message.lookups(record, objectId, reportsStep),
      brandLookup(MESSAGE, known.definition.id, objectId, template),
    ];
  },
  facts,
  remarks,
  beside,
  notAsItStands,
  describe,
  requestedBy: () => null,
};
