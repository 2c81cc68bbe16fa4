import { expect, inject, test } from "vitest";
import { playProgramme } from "../../app/value/programme.ts";
import { measuredText } from "../../app/value/text.ts";
import { valueGround } from "../fixtures/value-ground.ts";

/** Five of its requests hold an address that nobody checked. */
const SEED = 11;
const CASES = 40;

test(`what each agent changes of ${CASES} requests`, { timeout: 60 * 60_000 }, async () => {
  const engines = { postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") };
  const ground = await valueGround(engines);
  try {
    const measured = await playProgramme(ground, { seed: SEED, cases: CASES, onProgress: console.log });
    console.log(measuredText(measured));
    const { agents, "without-any": none, "without-compliance": loose } = measured.plays;
    expect(agents.requests).toHaveLength(CASES);
    expect(agents.figures.peopleMinutesMilli).toBeLessThan(none.figures.peopleMinutesMilli);
    expect(agents.figures.unchecked).toBe(0);
    expect(loose.figures.unchecked).toBeGreaterThan(0);
  } finally {
    await ground.end();
  }
});
