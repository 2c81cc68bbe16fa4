import { expect, inject, test } from "vitest";
import { playTwoCompanies, undisturbed } from "../soak/two-companies-play.ts";

const CASES = 12;

test(
  "two companies on one database and one engine finish their own cases and touch none of the other's",
  {
    timeout: 300_000,
  },
  async () => {
    const engines = { postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") };
    const finished = await playTwoCompanies({ engines, cases: CASES, patienceMs: 180_000 });
    expect(finished).toHaveLength(2);
    expect(finished).toEqual(finished.map((one) => undisturbed(one, CASES)));
  },
);
