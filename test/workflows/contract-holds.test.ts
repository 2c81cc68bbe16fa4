import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { beforeAct } from "../fixtures/before-act.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { dayFromNow, doneForContract, givenContract } from "../fixtures/renewals.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** A contract that became another between the decision and its call: nothing of what was decided goes out. */
let system: System;
const { before, interceptors } = beforeAct();

beforeAll(async () => {
  system = await startSystem({ interceptors });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

type Properties = Record<string, string>;
type Meanwhile = (id: string) => Promise<unknown>;

const set = (properties: Properties) => (id: string) =>
  givenCrmObject(system.pool, system.company, "contract", id, properties);
const remove = (id: string) =>
  system.database.pool.query(
    "delete from sandbox.object where company = $1 and object_type = 'contract' and object_id = $2",
    [system.company, id],
  );

const ways: readonly (readonly [way: string, meanwhile: Meanwhile])[] = [
  ["lapsed", set({ renewal_state: "lapsed" })],
  ["renewed elsewhere", set({ renewal_state: "accepted" })],
  ["accepted by the customer", set({ acceptance_evidence: "ORDER-9", accepted_on: dayFromNow(0) })],
  ["given notice", set({ non_renewal_reason: "moves away", notice_received_on: dayFromNow(0) })],
  ["begun anew", set({ start_date: dayFromNow(0), end_date: dayFromNow(900) })],
  ["deleted", remove],
];

/** The effects of a case by their tool: where each stands, and why. */
async function effectsOf(caseId: string): Promise<readonly string[]> {
  const { rows } = await system.pool.query<{ tool: string; state: string; detail: string | null }>(
    "select tool, state, detail from effect where company = $1 and case_id = $2 order by intended_at",
    [system.company, caseId],
  );
  return rows.map(({ tool, state, detail }) => `${tool} ${state}${detail === null ? "" : `: ${detail}`}`);
}

const settled = (caseId: string, said: string) =>
  eventually(async () => ((await effectsOf(caseId)).includes(said) ? true : undefined), 30_000);

/** What goes out for a contract, and what the outside would say of it. */
const acts = [
  ["opening its renewal", "crm.open-renewal", "open-renewal", { requested_price: "" }],
  ["releasing its price", "quotes.release-renewal", "release-renewal", {}],
  ["sending its offer", "messages.send", "tell offer", {}],
] as const;

describe.concurrent("what was decided for a contract is not done when, right before its call, the contract is", () => {
  for (const [act, tool, said, changes] of acts) {
    test.for(ways)(`%s: ${act}`, { timeout: 60_000 }, async ([way, meanwhile]) => {
      const id = `${said}-${way}`.replaceAll(" ", "-");
      const caseId = `${system.company}:renewals:crm-contract-${id}`;
      before.set(`${caseId} ${tool}`, () => meanwhile(id));
      await givenContract(system, id, 80, changes);
      await system.arrive("renewals", id);
      await settled(caseId, `${tool} failed: no longer asked`);
      expect(before.has(`${caseId} ${tool}`)).toBe(false);
      expect(await doneForContract(system, id)).not.toContain(said);
      expect((await readRecords(system.pool, system.company, caseId)).intact).toBe(true);
    });
  }
});

test("what changes beside that does not stop it", { timeout: 60_000 }, async () => {
  const caseId = `${system.company}:renewals:crm-contract-renamed`;
  before.set(`${caseId} crm.open-renewal`, () => set({ customer: "Contoso Ltd" })("renamed"));
  await givenContract(system, "renamed", 110, { requested_price: "" });
  await system.arrive("renewals", "renamed");
  await settled(caseId, "crm.open-renewal done");
  expect(await doneForContract(system, "renamed")).toContain("open-renewal");
});

test(
  "a state that nobody can read is put to people, who can have it corrected but not approve it",
  { timeout: 60_000 },
  async () => {
    await givenContract(system, "odd-state", 110, { renewal_state: "on hold", requested_price: "" });
    const caseId = await system.arrive("renewals", "odd-state");
    const question = await openEscalationOf(system, caseId);
    const { rows } = await system.pool.query<{ reason: string }>(
      "select reason from decision where company = $1 and case_id = $2 and verdict = 'escalate'",
      [system.company, caseId],
    );
    expect(rows[0]?.reason).toMatch(/renewal_state `on hold`: is none of/);
    const approved = await answer(system, caseId, "approve", question);
    expect(approved).toMatchObject({ kind: "refused", code: "not-whole" });
    await answer(system, caseId, "reject", question);
  },
);
