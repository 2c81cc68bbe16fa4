import { expect, test } from "vitest";
import { walkOddRecords } from "../fixtures/odd-road.ts";

/** Records that are taken along the whole road; `npm run soak odd-records` takes more. */
const RECORDS = 30;

test(
  "whatever a record holds, nothing about it ends in silence, and nothing is done on what was not read",
  { timeout: 240_000 },
  async () => {
    const cameOut = await walkOddRecords(RECORDS);
    expect(cameOut).toHaveLength(RECORDS);
    expect(cameOut.filter(({ answer, unread }) => answer === undefined || unread.length > 0)).toEqual([]);
  },
);
