import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { taskQueue, WORKFLOW_TASK_TIMEOUT_MS } from "../../temporal.config.ts";
import { heldAgainstSchema, historiesOf } from "../fixtures/engine-payloads.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

let system: System;
let gateway: Gateway;
beforeAll(async () => {
  system = await startSystem({ workflowsPath: resolve(import.meta.dirname, "../fixtures/following-case.ts") });
  const { pool, company, client, queuePrefix } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  const engine = temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration"));
  gateway = await gatewayWith({ pool, company, engine });
});
afterAll(async () => {
  await gateway.stop();
  await system.stop();
});

describe("a case that opens another function's", () => {
  test("does so once, however often it comes there, and the other one says which case opened it", async () => {
    const { pool, company, client, queuePrefix } = system;
    await givenCrmObject(pool, company, "registration", "R-7", registrationRecord());
    const at = new Date().toISOString();
    const input = { company, functionId: "quoting", objectType: "deal", objectId: "d7" };
    const event = { ...input, eventId: "evt_d7", source: "hubspot", system: "crm", occurredAt: at, receivedAt: at };
    const by = `${company}:quoting:crm-deal-d7`;
    const opening = await client.workflow.signalWithStart("followingCase", {
      workflowId: by,
      taskQueue: taskQueue(queuePrefix, "orchestration"),
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
      args: [input, "R-7"],
      signal: "eventArrived",
      signalArgs: [event],
    });
    const caseId = `${company}:deal-registration:crm-registration-R-7`;
    expect(await opening.result()).toEqual([caseId, caseId]);

    const kinds = await eventually(async () => {
      const { records } = await readRecords(pool, company, caseId);
      return records.some(({ kind }) => kind === "case_end") ? records.map(({ kind }) => kind) : undefined;
    });
    expect(kinds.filter((kind) => kind === "event")).toHaveLength(1);
    expect(kinds).toContain("receipt");
    const { records } = await readRecords(pool, company, caseId);
    expect(records[0]?.body).toMatchObject({ by, byEvent: "evt_d7" });
    const { rows } = await pool.query("select source, state from inbox where company = $1", [company]);
    expect(rows).toEqual([{ source: "opened-by", state: "dispatched" }]);
    expect(heldAgainstSchema(await historiesOf(client, company, "deal-registration:")).wrong).toEqual([]);
  });
});
