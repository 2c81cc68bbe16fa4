import { agentRoles } from "../../domain/control.ts";
import type { Role } from "../../functions/definition.ts";
import { startPlayedCompany, type Ground } from "./company.ts";
import { figuresOf, type Figures } from "./figures.ts";
import { playRequests, type PlayedRequest } from "./play.ts";
import { requestsOf } from "./requests.ts";

/** Which agents come to nothing in a play, by its name. */
const plays = {
  agents: [],
  "without-any": agentRoles,
  "without-intelligence": ["intelligence"],
  "without-orchestration": ["orchestration"],
  "without-compliance": ["compliance"],
} as const satisfies { readonly [name: string]: readonly Role[] };
export type PlayName = keyof typeof plays;
export const playNames = Object.keys(plays) as PlayName[];

/** What one play of a programme came to. */
export type Played = { readonly figures: Figures; readonly requests: readonly PlayedRequest[] };

/** What a programme came to, play by play. */
export type Measured = {
  readonly seed: number;
  readonly cases: number;
  readonly plays: { readonly [name in PlayName]: Played };
};

type Programme = { readonly seed: number; readonly cases: number; readonly onProgress: (line: string) => void };

/**
 * Plays one seeded programme on real engines with the agents as they are, without any, and without each: a company each, side by side.
 * The same seed gives the same requests, people and requesters, so that what differs is what the agents change.
 */
export async function playProgramme(ground: Ground, programme: Programme): Promise<Measured> {
  const { seed, cases } = programme;
  const done = await Promise.all(
    playNames.map(async (name) => [name, await playOne(ground, programme, name)] as const),
  );
  return { seed, cases, plays: Object.fromEntries(done) as Measured["plays"] };
}

/** One play of it, in a company of its own. */
export async function playOne(ground: Ground, { seed, cases, onProgress }: Programme, name: PlayName): Promise<Played> {
  const left: ReadonlySet<Role> = new Set<Role>(plays[name]);
  const played = await startPlayedCompany(ground, name, left);
  try {
    let ended = 0;
    const onPlayed = () => {
      ended += 1;
      if (ended % 10 === 0 || ended === cases) onProgress(`${name}: ${ended} of ${cases} requests`);
    };
    const requests = await playRequests(played, { seed, left, onPlayed }, requestsOf(seed, cases));
    return { figures: figuresOf(requests), requests };
  } finally {
    await played.stop();
  }
}
