import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ends, untoldSteps } from "../../domain/silence.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const kinds = Object.keys(ends);
type Ended = { readonly step: string; readonly kind: string };
const of = (...said: readonly string[]): readonly Ended[] =>
  said.map((text) => {
    const [step = "", kind = ""] = text.split(" ");
    return { step, kind };
  });

test.for<[string, readonly Ended[], readonly string[]]>([
  ["an effect is an end", of("own executed", "write-back executed"), []],
  ["so is one whose telling failed: it is done", of("own executed", "write-back refused"), []],
  ["what a mode withholds is silent by design", of("own withheld"), []],
  ["what is moot asks for nothing", of("own superseded"), []],
  ["a refusal that a note tells", of("own refused", "crm-note executed"), []],
  ["one that the record's property tells", of("own blocked", "write-back executed"), []],
  [
    "one whose property could not be written, and whose note could",
    of("own blocked", "write-back refused", "crm-note executed"),
    [],
  ],
  ["a text that was not sent, told by a note of its own", of("tell-offer blocked", "crm-note-tell-offer executed"), []],
  ["a refusal that nothing tells is silent", of("own refused"), ["own"]],
  ["so is one whose note was refused in turn", of("own unknown", "crm-note refused"), ["own"]],
  ["and one before a step that was told", of("first expired", "own rejected", "write-back executed"), ["first"]],
  ["an obligation of another kind tells nobody", of("own blocked", "deal-team.tell executed"), ["own"]],
  ["a kind that nobody knows is silent", of("own vanished"), ["own"]],
])("%s", ([, ended, untold]) => {
  expect(untoldSteps(ended)).toEqual(untold);
});

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test("the database says the same of a record", async () => {
  const step = fc.constantFrom(
    "own",
    "plan",
    "tell-offer",
    "write-back",
    "crm-note",
    "crm-note-plan",
    "crm-notes",
    "deal-team.tell",
  );
  const cases = fc.sample(
    fc.array(fc.record({ step, kind: fc.constantFrom(...kinds, "vanished") }), { maxLength: 6 }),
    {
      numRuns: 2_000,
      seed: 7,
    },
  );
  const { rows } = await database.pool.query<{ untold: boolean }>(
    `select ended_untold(jsonb_build_object('fields', jsonb_build_object('outcomes', e))::text) as untold
     from jsonb_array_elements($1::jsonb) with ordinality as of_case (e, n) order by n`,
    [JSON.stringify(cases)],
  );
  expect(rows.map(({ untold }) => untold)).toEqual(cases.map((ended) => untoldSteps(ended).length > 0));
});

test("a record without outcomes is no silent end, whatever it holds", async () => {
  for (const envelope of [{}, { fields: {} }, { fields: { outcomes: "none" } }]) {
    const { rows } = await database.pool.query("select ended_untold($1) as untold", [JSON.stringify(envelope)]);
    expect(rows).toEqual([{ untold: false }]);
  }
});
