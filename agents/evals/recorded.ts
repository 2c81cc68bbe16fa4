import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import type { Role } from "../../functions/definition.ts";
import { functions } from "../../functions/index.ts";
import type { Prompt } from "../prompts/prompt.ts";
import { bars, isReached } from "./figures.ts";
import { evalSet } from "./set/index.ts";
import { offerTasks } from "./set/offers.ts";

const Ppm = z.int().min(0).max(1_000_000);
const Digest = z.string().regex(/^[0-9a-f]{64}$/);
/** Who records or seconds a run: the id of a person, or a name in one word. */
export const Person = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/);

/** A run of the set on one prompt, as it is kept beside the code. Nothing in it is of a person but who answers for it. */
export const EvalRun = z.strictObject({
  /** `digest`: of all that the role is told, see `toldDigest`. */
  prompt: z.strictObject({ name: z.string(), version: z.int().min(1), digest: Digest }),
  set: z.strictObject({ digest: Digest }),
  model: z.string(),
  /** The deterministic model: it shows that the machinery and the set hold, and nothing of what the words do to a language model. */
  offline: z.boolean(),
  /** How often each task was done. */
  k: z.int().min(1),
  /** The day, ISO 8601. */
  at: z.iso.date(),
  figures: z.strictObject({
    tasks: z.int().min(1),
    untried: z.int().min(0),
    passAllPpm: Ppm,
    steadyPpm: Ppm.nullable(),
    caughtPpm: Ppm.nullable(),
    falseAlarmPpm: Ppm.nullable(),
    brierPpm: Ppm.nullable(),
    offersPpm: Ppm.nullable(),
  }),
  recordedBy: Person,
  /** Another person, who read the change and the figures; null until then. */
  secondedBy: Person.nullable(),
});
export type EvalRun = z.infer<typeof EvalRun>;

type DigestOf = (value: JsonObject) => string;

/** `compliance-v1.json` */
export function runFileOf({ name, version }: Prompt): string {
  return `${name}-v${version}.json`;
}

/** Of all that a role is told: its prompt, and what each function adds to it. */
export function toldDigest(role: Role, { text }: Prompt, digest: DigestOf): string {
  const guidance = Object.values(functions).map(({ id, agent }) => [id, agent.guidance[role]]);
  return digest({ text, guidance: Object.fromEntries(guidance) as JsonObject });
}

export function setDigest(digest: DigestOf): string {
  return digest(JSON.parse(JSON.stringify({ tasks: evalSet, offers: offerTasks })) as JsonObject);
}

/** What keeps a prompt from shipping, a sentence each with what to do. `text`: its recorded run; undefined where there is none. */
export function whyNotShipped(role: Role, prompt: Prompt, text: string | undefined, digest: DigestOf): string[] {
  const which = `prompt ${prompt.name} v${prompt.version}`;
  const again = `\`npx mandate agents eval --role ${role} --record --as YOU\``;
  const logged = prompt.changes.map(({ version }) => version);
  const wanted = Array.from({ length: prompt.version }, (_, at) => at + 1);
  const unlogged =
    logged.join() === wanted.join()
      ? []
      : [`${which}: its change log tells of ${logged.join(", ")}; write a line per version`];
  const run = runOf(text);
  if (run === undefined) return [...unlogged, `${which} has no recorded eval run; make one: ${again}`];
  if (run.prompt.name !== prompt.name || run.prompt.version !== prompt.version) {
    return [...unlogged, `${which}: the run is of ${run.prompt.name} v${run.prompt.version}; make its own: ${again}`];
  }
  if (run.prompt.digest !== toldDigest(role, prompt, digest)) {
    const next = "give a changed text the next version and a line in its change log";
    return [...unlogged, `${which} is not what its run measured: ${next}, and record a run: ${again}`];
  }
  const missed = bars[role].filter((bar) => !isReached(bar, run.figures));
  return [
    ...unlogged,
    ...missed.map(({ title }) => `${which}: ${title} is not as it must be; mend it and record a run: ${again}`),
    ...unseconded(which, prompt.name, run),
  ];
}

function unseconded(which: string, name: string, { recordedBy, secondedBy }: EvalRun): string[] {
  const second = `let somebody else second it: \`npx mandate agents eval second ${name} --as THEM\``;
  if (secondedBy === null) return [`${which} is recorded by ${recordedBy} alone; ${second}`];
  return isSame(recordedBy, secondedBy) ? [`${which} is recorded and seconded by ${recordedBy}; ${second}`] : [];
}

export function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** A run as its file holds it; undefined where there is none, or the file holds something else. */
export function runOf(text: string | undefined): EvalRun | undefined {
  if (text === undefined) return undefined;
  try {
    return EvalRun.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
