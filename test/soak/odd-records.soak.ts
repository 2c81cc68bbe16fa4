import { expect, test } from "vitest";
import { functionsOfOutside } from "../fixtures/functions.ts";
import { readOddRecords } from "../fixtures/odd-records.ts";
import { walkOddRecords } from "../fixtures/odd-road.ts";

/** Records of each function through parse, facts and rules. */
const READ = 10_000;
/** Records along the whole road, and how many at a time. */
const WALKED = 210;
const AT_A_TIME = 30;

test.for(functionsOfOutside.map((definition) => [definition.id, definition] as const))(
  `%s: ${READ} records`,
  { timeout: 1_800_000 },
  async ([id, definition]) => {
    const kinds = await readOddRecords(definition, READ);
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(["execute", "escalate"]));
    console.log(`${id}: ${countsOf([...kinds].flatMap(([kind, count]) => Array<string>(count).fill(kind)))}`);
  },
);

test(`${WALKED} records along the whole road`, { timeout: 3_600_000 }, async () => {
  const answers: string[] = [];
  for (let from = 0; from < WALKED; from += AT_A_TIME) {
    const cameOut = await walkOddRecords(AT_A_TIME, from);
    expect(cameOut).toHaveLength(AT_A_TIME);
    expect(cameOut.filter(({ answer, unread }) => answer === undefined || unread.length > 0)).toEqual([]);
    answers.push(...cameOut.flatMap(({ answer }) => answer ?? []));
  }
  console.log(`along the road: ${countsOf(answers)}`);
});

function countsOf(words: readonly string[]): string {
  return [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`).join(", ");
}
