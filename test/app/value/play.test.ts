import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Ground } from "../../../app/value/company.ts";
import { playOne, type Played, type PlayName } from "../../../app/value/programme.ts";
import { valueGround } from "../../fixtures/value-ground.ts";

/**
 * Of this seed the first quote passes and has an address in its id, the second lacks its list price, and the third asks people.
 * `npm run soak value` plays more.
 */
const programme = { seed: 754, cases: 3, onProgress: () => undefined };

describe("a programme, played with the agents and without", () => {
  let ground: Ground & { end(): Promise<void> };
  let plays: { readonly [name: string]: Played };
  beforeAll(async () => {
    ground = await valueGround({ postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") });
    const names = { agents: "agents", again: "agents", none: "without-any", loose: "without-compliance" } as const;
    const played = Object.entries(names).map(async ([as, name]: [string, PlayName]) => {
      return [as, await playOne(ground, programme, name)] as const;
    });
    plays = Object.fromEntries(await Promise.all(played));
  }, 240_000);
  afterAll(() => ground.end());

  const of = (name: string) => {
    const play = plays[name];
    if (play === undefined) throw new Error(`\`${name}\` was not played`);
    return play.figures;
  };

  test("comes to the same for the same seed", () => {
    expect(plays["again"]).toEqual(plays["agents"]);
  });

  test("has the same requests come in, and each of them ends", () => {
    for (const play of Object.values(plays)) expect(play.requests.map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  test("keeps back what only Compliance sees, and lets it pass without", () => {
    expect([of("agents").unchecked, of("loose").unchecked, of("none").unchecked]).toEqual([0, 1, 1]);
    expect(of("agents").questions).toBeGreaterThan(of("loose").questions);
  });

  test("tells a requester what would pass only with Orchestration, and what is missing without it too", () => {
    expect([of("agents").told, of("none").told]).toEqual([2, 1]);
  });

  test("has less to look up for whoever answers", () => {
    expect(of("agents").lookUps / of("agents").questions).toBeLessThan(of("none").lookUps / of("none").questions);
  });
});
