import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importsOf, roomOf, rooms, root, type Room } from "./imports.ts";

/**
 * The way of one event, as places in the code: `<file>#<name>`. Each place's file imports the next one's, or both speak of
 * `by`: an activity, a signal, a table. A place that is not there, or that nothing leads to, is an error.
 */
const walk: readonly { readonly at: string; readonly does: string; readonly by?: string }[] = [
  { at: "gateway/webhooks/hubspot/route.ts#hubspotWebhook", does: "verify the signature, read the batch" },
  { at: "gateway/inbox/accept.ts#acceptEvents", does: "make the events durable, once" },
  { at: "gateway/inbox/relay.ts#startRelay", does: "bring each to its case", by: "InboxEvent|from inbox" },
  { at: "workflows/governed-case.ts#governedCase", does: "run the case", by: "CaseInput" },
  { at: "workflows/taking-back.ts#watchedStep", does: "hold what was done against what is asked", by: "OwnStep" },
  { at: "workflows/steps.ts#ownStep", does: "a step, and then what follows from it" },
  { at: "workflows/guarded-step.ts#guardedStep", does: "the one road" },
  { at: "agents/agents.ts#createAgents", does: "read, propose, review", by: "proposeAction|proposeByAgents" },
  { at: "deciding/decider.ts#createDecider", does: "freeze the facts, decide", by: "proposal" },
  { at: "guardrails/evaluate.ts#evaluate", does: "every rule that matches; the strictest wins" },
  { at: "audit/ledgers/decisions.ts#recordDecision", does: "record, and the permit with it", by: "Decision" },
  { at: "app/activities/act.ts#createAct", does: "spend the permit", by: "permit" },
  { at: "tools/adapters.ts#embeddedAdapters", does: "the system that changes", by: "Permit|permit" },
  { at: "audit/ledgers/effects.ts#settleEffect", does: "the receipt", by: "Receipt|receipt" },
  { at: "proof/log/integrator.ts#startIntegrator", does: "a place in the log, signed", by: "append|record" },
];

const MARKS = ["<!-- house: drawn by `npm run house` -->", "<!-- /house -->"] as const;

/** The rooms from the roof down, with what of the walk happens in each, as a block of Markdown. */
export function housePicture(): string {
  for (const [index, { at, by }] of walk.entries()) {
    const before = walk[index - 1];
    if (before !== undefined) requireWay(fileOf(before.at), fileOf(at), by);
  }
  const steps = walk.map(({ at, does }, index) => ({ room: roomOf(at), text: `${index + 1} ${nameAt(at)}: ${does}` }));
  const rows = [...rooms].reverse().map((room) => rowOf(room, steps));
  const [width, verbWidth] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.flatMap(([name = "", verb = "", ...told]) => {
    const head = `${name.padEnd(width ?? 0)}  ${verb.padEnd(verbWidth ?? 0)}`;
    const margin = " ".repeat(head.length);
    return (told.length === 0 ? [""] : told).map((text, index) => `${index === 0 ? head : margin}  ${text}`.trimEnd());
  });
  return [
    "```",
    "a room imports from those below it             one event, in the order it goes",
    ...lines,
    "```",
  ].join("\n");
}

function rowOf(room: Room, steps: readonly { readonly room: string; readonly text: string }[]): readonly string[] {
  const title = readFileSync(join(root, room, "README.md"), "utf8").split("\n")[0] ?? "";
  const verb = title.replace(/^# [\w-]+: /, "");
  return [room, verb, ...steps.filter((step) => step.room === room).map(({ text }) => text)];
}

/** The name that a place defines. @throws Error when it does not. */
function nameAt(place: string): string {
  const [file = "", name = ""] = place.split("#");
  const text = readFileSync(join(root, file), "utf8");
  if (new RegExp(`export (async )?(function|const) ${name}\\b`).test(text)) return name;
  throw new Error(`\`${file}\` has no \`${name}\`: the walk of an event has changed; mend test/house/picture.ts`);
}

const fileOf = (place: string): string => place.split("#")[0] ?? "";

/** A file with what it imports of ours. */
const around = (file: string): readonly string[] => [file, ...importsOf(file).map(({ to }) => to)].filter(isSource);
const isSource = (path: string): boolean => path.endsWith(".ts") && (rooms as readonly string[]).includes(roomOf(path));

function requireWay(from: string, to: string, by: string | undefined): void {
  if (around(from).includes(to)) return;
  const speaks = (file: string) =>
    by !== undefined && around(file).some((one) => new RegExp(by).test(readFileSync(join(root, one), "utf8")));
  if (speaks(from) && speaks(to)) return;
  throw new Error(
    `nothing leads from \`${from}\` to \`${to}\`: the walk of an event has changed; mend test/house/picture.ts`,
  );
}

/** The picture that a README holds, without its marks. */
export function pictureIn(readme: string): string {
  const [, rest = ""] = readme.split(`${MARKS[0]}\n`);
  return rest.split(`\n${MARKS[1]}`)[0] ?? "";
}

/** The README with the picture of now in place of the one it holds. */
export function withPicture(readme: string): string {
  return readme.replace(`${MARKS[0]}\n${pictureIn(readme)}`, () => `${MARKS[0]}\n${housePicture()}`);
}
