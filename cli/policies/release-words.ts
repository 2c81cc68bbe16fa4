import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { ReleaseChanged, Releases } from "../../gateway/http/releases.ts";
import { listed, nearest } from "../../guardrails/did-you-mean.ts";
import type { Answer } from "../answer.ts";
import { failure } from "../failure.ts";
import { knownPeople, type Environment } from "../session.ts";
import { shortVersion } from "./heading.ts";

/** A release that its id, or the beginning of it, names. Throws `CliFailure` with those that may be meant. */
export function namedRelease({ parents }: Pick<Releases, "parents">, given: string): string {
  const known = Object.keys(parents);
  const found = known.filter((release) => release.startsWith(given));
  const [release, ...others] = found;
  if (given === "" || release === undefined) {
    const near = nearest(
      given,
      known.map((id) => id.slice(0, given.length)),
    );
    const meant = known.filter((id) => near !== undefined && id.startsWith(near)).map(shortVersion);
    const fix = meant.length > 0 ? `did you mean ${listed(meant)}?` : "see `mandate policy releases`";
    throw failure("notFound", "no-such-release", `no release \`${given}\``, fix);
  }
  if (others.length === 0) return release;
  throw failure("usage", "ambiguous", `\`${given}\` names ${found.length} releases`, "give more of it");
}

/** What a change led to, in words, and who can take the next step. */
export async function changedAnswer(
  options: Environment,
  changed: ReleaseChanged,
  canaryPpm: number,
): Promise<Omit<Answer, "data">> {
  const { displaced } = changed;
  const said = await stateAnswer(options, changed, canaryPpm);
  return { ...said, text: [said.text, ...displaced.map((one) => `${displacedText(one)}\n`)].join("") };
}

/** What lost its place, for who had asked for it and whoever looks. */
export function displacedText({ was, release, person, by }: Releases["displaced"][number]): string {
  const ended = was === "waiting" ? "waits no more" : "is no canary any more";
  return `Release ${shortVersion(release)} of ${person} ${ended}: ${shortVersion(by.release)} by ${by.person} took its place at ${by.at}.`;
}

async function stateAnswer(
  options: Environment,
  { release, state, inForce, waiting }: ReleaseChanged,
  canaryPpm: number,
): Promise<Omit<Answer, "data">> {
  const id = shortVersion(release);
  switch (state) {
    case "in-force":
      return { text: `Release ${id} is in force.\n`, next: ["policy releases"] };
    case "canary": {
      const text = `Release ${id} is in force for ${formatPpm(canaryPpm)} of subjects.\n`;
      return { text, next: [`policy promote ${id} ${await asSomebody(options, waiting)}`, "policy shadow-report"] };
    }
    case "withdrawn": {
      const now = inForce === null ? "nothing is in force" : `${shortVersion(inForce)} is in force`;
      return { text: `Release ${id} is taken back: ${now}.\n`, next: ["policy releases"] };
    }
    case "waiting": {
      const verb = waiting?.action === "rollback" ? "rollback" : "promote";
      const roles = waiting?.roles.join(" or ") ?? "somebody";
      const text = `Release ${id} waits for a second person: ${roles}, not ${waiting?.person}.\n`;
      return { text, next: [`policy ${verb} ${id} ${await asSomebody(options, waiting)}`] };
    }
  }
}

/** `--as NAME --reason TEXT` with somebody of this machine who may be the second person. */
export async function asSomebody(
  options: Environment,
  waiting: { readonly person: string; readonly roles: readonly string[] } | null,
): Promise<string> {
  const people = await knownPeople(options);
  const able = people.find(({ personId, role }) => personId !== waiting?.person && waiting?.roles.includes(role));
  return `--as ${able?.personId ?? "PERSON"} --reason TEXT`;
}

/** `10%` as parts per million. Throws `CliFailure` (usage) for anything but a percentage over 0 and up to 100. */
export function shareOf(given: string | undefined): number {
  if (given === undefined) return WHOLE_PPM;
  const [, whole = "", part = ""] = /^(\d{1,3})(?:\.(\d{1,4}))?\s?%$/.exec(given) ?? [];
  const ppm = whole === "" ? 0 : Number(whole) * 10_000 + Number(part.padEnd(4, "0"));
  if (ppm >= 1 && ppm <= WHOLE_PPM) return ppm;
  throw failure("usage", "not-a-share", `\`${given}\` is no share`, "give a percentage such as 10%");
}
