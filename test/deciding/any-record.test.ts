import { expect, test } from "vitest";
import { functionsOfOutside } from "../fixtures/functions.ts";
import { readOddRecords } from "../fixtures/odd-records.ts";

/** Records of each function that are read; `npm run soak odd-records` reads ten times as many. */
const RECORDS = 1_000;

test.for(functionsOfOutside.map((definition) => [definition.id, definition] as const))(
  "%s: whatever a record holds, it executes on facts that were read, or asks or refuses with a reason",
  { timeout: 120_000 },
  async ([, definition]) => {
    const kinds = await readOddRecords(definition, RECORDS);
    // Records of every kind were among them. A score asks where anything odd weighs in it: what passes is shown by its own tests.
    const among = definition.id === "co-selling" ? ["escalate"] : ["execute", "escalate"];
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(among));
  },
);
