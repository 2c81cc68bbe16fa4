import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { relationshipLogOf } from "../../../audit/record-keys.ts";
import { answer, openEscalationOf } from "../../fixtures/escalations.ts";
import { exported } from "../../fixtures/governed-log.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { startSystem, type System } from "../../setup/system.ts";
import { verified } from "../verify/verified.ts";

let system: System;
let joint: string;
const caseIds: string[] = [];

/** Runs a quote's case to its end on the real engines; `said`: what the partner manager answers. */
async function ran(discountPpm: number, said?: "approve" | "reject"): Promise<void> {
  const objectId = `d${discountPpm}`;
  await givenQuote(system.pool, system.company, objectId, discountPpm);
  const caseId = await system.arrive("quoting", objectId);
  caseIds.push(caseId);
  if (said !== undefined) await answer(system, caseId, said, await openEscalationOf(system, caseId));
  await system.client.workflow.getHandle(caseId).result();
}

beforeAll(async () => {
  system = await startSystem();
  const { pool, company } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  await ran(120_000);
  await ran(180_000, "approve");
  await ran(250_000, "reject");
  await ran(310_000);
  joint = relationshipLogOf(company, "partner-7");
  for (const log of [joint, company]) await givenCheckpoint(pool, company, log);
});
afterAll(() => system.stop());

const bundleOf = (selection: Parameters<typeof exported>[1], reader = system.company) =>
  exported(system.pool, selection, reader, system.company);

describe("cases that ran on the real engines, exported by the company's own login", () => {
  test("pass every check, and every decision comes out again", async () => {
    const verification = await verified(await bundleOf({ kind: "company" }));
    expect(verification.findings).toEqual([]);
    const decisions = verification.cases.reduce((sum, told) => sum + told.decisions, 0);
    expect(verification.checks.find(({ check }) => check === 11)?.checked).toBe(decisions);
    expect(verification.logs.map(({ log }) => log)).toEqual([joint, system.company]);
  });

  test("pass one by one, with their part of the log of both companies", async () => {
    for (const caseId of caseIds) {
      const verification = await verified(await bundleOf({ kind: "case", case: caseId }));
      expect(verification.findings, caseId).toEqual([]);
      expect(verification.elsewhere).toBe(0);
    }
  });

  test("show the partner what was done with it, and nothing else", async () => {
    const verification = await verified(await bundleOf({ kind: "company" }, "partner-7"));
    expect(verification.findings).toEqual([]);
    expect(verification.cases.map((told) => [told.case, told.records])).toEqual(
      caseIds.slice(0, 2).map((caseId) => [caseId, 1]),
    );
  });

  test("pass while the log of both companies is behind the company's own", async () => {
    await ran(140_000);
    await givenCheckpoint(system.pool, system.company, system.company);
    const verification = await verified(await bundleOf({ kind: "company" }));
    expect(verification.findings).toEqual([]);
    expect(verification).toMatchObject({ elsewhere: 1, logs: [{ log: joint, waiting: 1 }, { waiting: 0 }] });
  });
});
