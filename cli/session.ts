import { assertNever } from "../domain/assert-never.ts";
import type { Client } from "./client.ts";
import type { DevPerson } from "./credentials.ts";
import { failure, nothingRuns } from "./failure.ts";
import type { Settings } from "./settings.ts";

/** What every command is given. */
export type Globals = {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
} & Environment;

/** The environment, read when a command needs it. @throws ConfigError naming every variable that cannot be used. */
export type Environment = { readonly settings: () => Promise<Settings> };

/** Who calls: `reader` may be anybody known here, a verdict needs a person that was named. */
export type Caller = { readonly kind: "reader" } | { readonly kind: "person"; readonly personId: string | undefined };

/** Who calls where somebody may be named, and anybody known here does. */
export function callerOf(personId: string | undefined): Caller {
  return personId === undefined ? { kind: "reader" } : { kind: "person", personId };
}

/** The development identities of this machine; none elsewhere. */
export async function knownPeople({ settings }: Environment): Promise<readonly DevPerson[]> {
  const [{ home }, { readPeople }] = await Promise.all([settings(), import("./credentials.ts")]);
  return readPeople(home);
}

/** A client at the address and with the token in the order flag, environment, files of the dev command. `timeoutMs`: for an answer. */
export async function connect(globals: Globals, caller: Caller, timeoutMs?: number): Promise<Client> {
  const config = await globals.settings();
  const [{ readPeople }, { createClient }] = await Promise.all([import("./credentials.ts"), import("./client.ts")]);
  const url = globals.url ?? config.url ?? (await runningHere(config.home));
  if (!URL.canParse(url))
    throw failure("usage", "not-an-address", `\`${url}\` is not an address`, "give http://host:port");
  const token = tokenOf(globals.token ?? config.token, () => readPeople(config.home), caller);
  return createClient({ url, token }, timeoutMs);
}

/** The address that the dev command left. Throws `CliFailure` when none runs, or runs without a gateway yet. */
async function runningHere(home: string): Promise<string> {
  const { readRuntime } = await import("../engines/runtime-file.ts");
  const state = readRuntime(home);
  switch (state.kind) {
    case "running":
      if (state.runtime.gatewayUrl !== undefined) return state.runtime.gatewayUrl;
      throw failure("unreachable", "starting", "it is starting and has no gateway yet", "try again in a moment");
    case "stale":
      throw nothingRuns("what ran here was killed");
    case "unreadable":
      throw nothingRuns(`what ran here left a file that cannot be read: ${state.reason}`);
    case "absent":
      throw nothingRuns();
    default:
      return assertNever(state);
  }
}

function tokenOf(given: string | undefined, knownHere: () => readonly DevPerson[], caller: Caller): string {
  const named = caller.kind === "person" ? caller.personId : undefined;
  if (named !== undefined) return personOf(knownHere(), named).token;
  if (given !== undefined) return given;
  const people = knownHere();
  const [first] = people;
  if (first === undefined) {
    throw failure("forbidden", "no-token", "no token is known here", "give --token, or set MANDATE_TOKEN");
  }
  if (caller.kind === "reader" || people.length === 1) return first.token;
  const names = people.map(({ personId }) => personId).join(" | ");
  throw failure("usage", "who-answers", "this needs a name", `say who answers: --as ${names}`);
}

function personOf(people: readonly DevPerson[], personId: string): DevPerson {
  const person = people.find((known) => known.personId === personId);
  if (person !== undefined) return person;
  const fix =
    people.length === 0
      ? "start it with `npm start`, or use --token"
      : `known here: ${people.map((known) => known.personId).join(", ")}`;
  throw failure("notFound", "no-such-person", `nobody here is called \`${personId}\``, fix);
}
