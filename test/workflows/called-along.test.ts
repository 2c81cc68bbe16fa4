import { afterAll, beforeAll, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import type { EffectTool } from "../../tools/effect-tool.ts";
import type { Permit } from "../../domain/permit.ts";
import { STOPPED } from "../../domain/control.ts";
import { givenControl } from "../fixtures/controls.ts";
import { givenPartner, givenQuote } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
/** What the CRM was asked of each case about its write-back, in order. */
const asked = new Map<string, string[]>();
/** What happens as the CRM is asked to act for the first time, by case: before it acts, or after it did. */
const meanwhile = new Map<string, { readonly before?: () => Promise<void>; readonly after?: () => Promise<void> }>();
/** As the quote desk acts. */
const atDesk = new Map<string, () => Promise<void>>();

async function once(taken: (() => Promise<void>) | undefined): Promise<void> {
  await taken?.();
}

function watched(tool: EffectTool): EffectTool {
  return {
    ...tool,
    async execute(permit: Permit, args) {
      await once(atDesk.get(permit.caseId));
      return tool.execute(permit, args);
    },
  };
}

beforeAll(async () => {
  system = await startSystem({
    adapters: (real) => ({
      ...real,
      others: real.others.map((tool) => (tool.name === "quotes.approve-discount" ? watched(tool) : tool)),
      crm: {
        ...real.crm,
        async updateProperty(permit, update) {
          const { caseId } = permit;
          asked.set(caseId, [...(asked.get(caseId) ?? []), "act"]);
          const first = meanwhile.get(caseId);
          meanwhile.delete(caseId);
          await once(first?.before);
          const receipt = await real.crm.updateProperty(permit, update);
          await once(first?.after);
          return receipt;
        },
        async findCall(company, key) {
          const { rows } = await system.database.pool.query<{ caseId: string }>(
            `select case_id as "caseId" from effect where company = $1 and effect_key = $2`,
            [company, key],
          );
          const caseId = rows[0]?.caseId ?? "";
          asked.set(caseId, [...(asked.get(caseId) ?? []), "look up"]);
          return real.crm.findCall(company, key);
        },
      },
    }),
  });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const caseOf = (id: string) => `${system.company}:quoting:crm-deal-${id}`;
const gone = () => Promise.reject(new Error("the connection is gone"));

/** Runs the case to its end: what its last record says of each step, and which activities the engine scheduled. */
async function ran(id: string) {
  await givenQuote(system.pool, system.company, id, 120_000);
  const caseId = await system.arrive("quoting", id);
  const handle = system.client.workflow.getHandle(caseId);
  await handle.result();
  const { events } = await handle.fetchHistory();
  const activities = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType ? [scheduled.activityType.name] : [],
  );
  const { records } = await readRecords(system.pool, system.company, caseId);
  const ends = records.filter(({ kind }) => kind === "case_end");
  return { activities, asked: asked.get(caseId), ended: ends.map(({ body }) => body["outcomes"]) };
}

const executed = [
  { step: "approve-discount", kind: "executed" },
  { step: "write-back", kind: "executed" },
];

test("the CRM is told along with the act that it is told of, and the case's end is recorded with that", async () => {
  expect(await ran("plain")).toEqual({ activities: ["proposeByAgents", "act"], asked: ["act"], ended: [executed] });
});

test("an answer that is lost on the way is looked up by the step itself, and nothing is sent again", async () => {
  meanwhile.set(caseOf("lost"), { after: gone });
  expect(await ran("lost")).toEqual({
    activities: ["proposeByAgents", "act", "act"],
    asked: ["act", "look up"],
    ended: [executed],
  });
});

test("what did not come through is looked up first, and done then", async () => {
  meanwhile.set(caseOf("away"), { before: gone });
  expect(await ran("away")).toEqual({
    activities: ["proposeByAgents", "act", "act"],
    asked: ["act", "look up", "act"],
    ended: [executed],
  });
});

test("a function that is stopped while the desk acts does not tell the CRM", async () => {
  const [company, name] = [system.company, "switch/function/quoting"] as const;
  atDesk.set(caseOf("stopped"), () => givenControl(system.database.pool, name, STOPPED, company));
  const { ended, asked: calls } = await ran("stopped");
  await givenControl(system.database.pool, name, null, company);
  expect({ calls, ended }).toEqual({
    calls: undefined,
    ended: [
      [
        { step: "approve-discount", kind: "executed" },
        { step: "write-back", kind: "refused" },
      ],
    ],
  });
});
