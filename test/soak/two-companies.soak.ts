import { expect, inject, test } from "vitest";
import { playTwoCompanies, undisturbed } from "./two-companies-play.ts";

const CASES = 200;
const PATIENCE_MS = 20 * 60_000;

test(`two companies on one database and one engine, ${CASES} cases each`, { timeout: 2 * PATIENCE_MS }, async () => {
  const engines = { postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") };
  const finished = await playTwoCompanies({ engines, cases: CASES, patienceMs: PATIENCE_MS });
  for (const { company, approved, tookMs } of finished) console.log(`${company}: ${approved} in ${tookMs} ms`);
  expect(finished).toHaveLength(2);
  expect(finished).toEqual(finished.map((one) => undisturbed(one, CASES)));
});
