import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFolder } from "../../../proof/export/write-folder.ts";
import { openBundle } from "../../../proof/bundle/bundle.ts";
import { appendRecords } from "../../../audit/records.ts";
import { EXPORTED, givenGovernedCases, givenHeads, JOINT_LOG, testKeys } from "../../fixtures/governed-log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { goTool } from "../../setup/go.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";
import { spoil } from "../log/log-folder.ts";

const go = await goTool();
let database: TestDatabase;
let home: string;

beforeAll(async () => {
  home = temporaryHome("go-export");
  database = await testDatabase();
  const { pool } = database;
  await givenGovernedCases(pool);
  const at = "2026-11-20T09:00:00.000Z";
  const drafts = Array.from({ length: 600 }, (_, n) => {
    const names = { company: "acme", caseId: `acme:quoting:many-${n % 50}`, key: `many-${n}/event` };
    return { ...names, kind: "event" as const, at, body: { eventId: `many-${n}`, said: "hidden" } };
  });
  await appendRecords(pool, drafts);
  await givenHeads(pool);
  const ask = {
    company: "acme",
    reader: "acme",
    selection: { kind: "company" },
    exportedAt: EXPORTED,
    ...testKeys,
  } as const;
  const bundle = await openBundle(pool, ask);
  if (bundle.kind === "refused") throw new Error(bundle.detail);
  await writeFolder(join(home, "bundle"), bundle.pieces);
});
afterAll(async () => {
  await database.drop();
  removeHome(home);
});

describe.skipIf(go === undefined)("Go's transparency log code (needs Go and its module)", () => {
  test.for([
    ["acme", /^ok 6\d\d \S{44}$/],
    [JOINT_LOG, /^ok 1 \S{44}$/],
  ] as const)("accepts the exported log %s", async ([log, output]) => {
    const verified = await go?.verifyLog(join(home, "bundle/logs", log));
    expect(verified).toEqual({ ok: true, output: expect.stringMatching(output) });
  });

  test("refuses it once an entry is changed", async () => {
    const folder = join(home, "bundle/logs/acme");
    await spoil(join(folder, "tile/entries/001"));
    expect(await go?.verifyLog(folder)).toEqual({
      ok: false,
      output: expect.stringMatching(/^error: root of the entries is /),
    });
  });
});
