import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disclose, disclosureDigest, readDisclosure } from "../../../audit/disclosure.ts";
import { recordKeys } from "../../../audit/record-keys.ts";
import { wallTime } from "../../../db/company-clock.ts";
import { editQuestion } from "../../../deciding/edit.ts";
import { loadPolicies } from "../../../deciding/policies.ts";
import { createReadTools } from "../../../deciding/read-tools.ts";
import type { Envelope } from "../../../domain/audit-record.ts";
import type { Json } from "../../../domain/json.ts";
import { DisclosureLine, readLine, writeLine } from "../../../proof/bundle/lines.ts";
import { embeddedAdapters } from "../../../tools/adapters.ts";
import { openEscalationOf } from "../../fixtures/escalations.ts";
import { exported, type BundleFiles } from "../../fixtures/governed-log.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { startSystem, type System } from "../../setup/system.ts";
import { envelopesOf, rewritten } from "../verify/rewritten.ts";
import { changed, lines, verified } from "../verify/verified.ts";

/** A quote of which somebody who was asked put another price in place, approved and released at that, on the real engines. */
let system: System;
let files: BundleFiles;
let outcome: unknown;
/** The question that was edited. */
let escalationId: string;

beforeAll(async () => {
  system = await startSystem();
  const { pool, company, client } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  await givenQuote(pool, company, "edited", 180_000);
  const caseId = await system.arrive("quoting", "edited");
  ({ escalationId } = await openEscalationOf(system, caseId));
  const readTools = createReadTools(pool, embeddedAdapters(pool, wallTime), wallTime);
  const deps = { pool, policies: await loadPolicies("policies"), alarm: () => undefined, readTools, now: wallTime };
  const who = { company, escalationId, personId: "dana", role: "partner-manager", at: wallTime() };
  const edit = { args: { netPriceMinor: "84000.00 USD" }, reason: "less will do", undoMs: 0 };
  await editQuestion(deps, { ...who, ...edit });
  await client.workflow.getHandle(caseId).signal("questionMoved", { escalationId });
  outcome = await client.workflow.getHandle(caseId).result();
  await givenCheckpoint(pool, company, company);
  files = await exported(pool, { kind: "company" }, company, company);
});
afterAll(() => system.stop());

const proposed = () => recordKeys.edited(escalationId);
const moved = () => recordKeys.moved(escalationId, "edited", 2);

test("its bundle passes every check, and its decisions come out again with the edited value", async () => {
  expect(outcome).toEqual({ outcomes: ["executed"] });
  const { findings, cases } = await verified(files);
  expect(findings).toEqual([]);
  expect(cases.some(({ decisions }) => decisions > 2)).toBe(true);
});

/** A field that the record of `key` discloses, told otherwise: undefined leaves it out. */
function retold(key: string, field: string, change: (value: Json) => Json | undefined) {
  const { company } = system;
  const seq = envelopesOf(files, company).findIndex((one) => one.key === key);
  expect(seq).toBeGreaterThanOrEqual(0);
  const swaps: [string, string | undefined][] = [];
  const told = changed(files, {
    "disclosures.jsonl": lines((all) =>
      all.map((line) => {
        const one = readLine(DisclosureLine, line);
        if (one.log !== company || one.seq !== seq) return line;
        const disclosures = one.disclosures.flatMap((text) => {
          const { name, value } = readDisclosure(text);
          if (name !== field) return [text];
          const next = change(value);
          const disclosed = next === undefined ? undefined : disclose("c2FsdA", name, next);
          swaps.push([disclosureDigest(text), disclosed && disclosureDigest(disclosed)]);
          return disclosed ?? [];
        });
        return writeLine({ ...one, disclosures }).trimEnd();
      }),
    ),
  });
  expect(swaps).toHaveLength(1);
  return { told, swaps };
}

/** The same, by somebody who holds the company's key: the record commits to what is told, and the log is signed anew. */
async function resigned(key: string, field: string, change: (value: Json) => Json) {
  const { told, swaps } = retold(key, field, change);
  const [[from, to] = ["", undefined]] = swaps;
  const recommitted = (one: Envelope) =>
    one.key === key ? { ...one, sd: one.sd.map((digest) => (digest === from ? (to ?? "") : digest)).toSorted() } : one;
  return rewritten(told, (all) => all.map(recommitted), { company: system.company, cosigners: [] });
}

/** Left out by the same: what comes after it in its case is numbered anew. */
function leftOut(key: string) {
  return rewritten(
    files,
    (all) => {
      const gone = all.find((one) => one.key === key);
      expect(gone).toBeDefined();
      return all
        .filter((one) => one.key !== key)
        .map((one) =>
          gone !== undefined && one.case.id === gone.case.id && one.case.n > gone.case.n
            ? { ...one, case: { ...one.case, n: one.case.n - 1 } }
            : one,
        );
    },
    { company: system.company, cosigners: [] },
  );
}

const otherPrice = (value: Json) => {
  const action = value as { readonly tool: string; readonly args: { readonly [name: string]: Json } };
  return { ...action, args: { ...action.args, netPriceMinor: 9_900_000 } };
};

describe("is found, changed as the bundle tells it:", () => {
  test.for<[string, () => string, string, (value: Json) => Json]>([
    ["the edited value", proposed, "action", otherPrice],
    ["who edited", moved, "personId", () => "mallory"],
    ["why", moved, "reason", () => "another"],
  ])("%s", async ([, key, field, change]) => {
    const { outcome: found, findings } = await verified(retold(key(), field, change).told);
    expect([found, findings.map(({ check }) => check)]).toEqual(["tampered", expect.arrayContaining([6])]);
  });
});

describe("is found, though the company's own key signed it:", () => {
  test("the edited value", async () => {
    const { outcome: found, findings } = await verified(await resigned(proposed(), "action", otherPrice));
    expect([found, findings.map(({ check }) => check)]).toEqual(["differs", expect.arrayContaining([11])]);
  });

  test.for<[string, () => string]>([
    ["the edit's proposal left out", proposed],
    ["the edit's move left out", moved],
  ])("%s", async ([, key]) => {
    const { outcome: found, findings } = await verified(await leftOut(key()));
    expect([found, findings.length > 0]).toEqual(["tampered", true]);
  });
});
