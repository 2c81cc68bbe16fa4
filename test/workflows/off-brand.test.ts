import { afterAll, beforeAll, expect, test } from "vitest";
import { policyReadTools } from "../../deciding/policy-reading.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { readRecords } from "../../audit/records.ts";
import { wallTime } from "../../db/company-clock.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { readCalls } from "../../tools/sandbox/door.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { givenContract } from "../fixtures/renewals.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** A text that the brand rules withhold, from its proposal to what goes out, by the API that people use. */
let system: System;
let api: ReturnType<typeof apiOn>;
let headers: { readonly [name: string]: string };

beforeAll(async () => {
  system = await startSystem();
  const { pool, company } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  const policies = await loadPolicies("policies");
  const own = createReadTools(pool, embeddedAdapters(pool, wallTime), wallTime);
  const readTools = { ...own, ...policyReadTools(policies, wallTime) };
  api = apiOn(pool, { policies, readTools, company });
  headers = await headersOf(pool, "dana", "partner-manager", company);
});
afterAll(() => system.stop());

type Question = Awaited<ReturnType<typeof openEscalationOf>>;

type Shown = {
  readonly version: number;
  readonly editable: readonly string[];
  readonly reason: string;
  readonly facts: { readonly [fact: string]: unknown };
  readonly rules: readonly { readonly id: string }[];
  readonly sources: readonly { readonly source: string; readonly version: string }[];
  readonly card: { readonly others: readonly object[] };
};

async function shown({ escalationId }: Question): Promise<Shown> {
  return (await (await api.request(`/v1/escalations/${escalationId}`, { headers })).json()) as Shown;
}

/** Puts another text in the place of what a question asks to send, and wakes the case as the gateway does. */
async function edit(caseId: string, question: Question, args: object): Promise<unknown> {
  const { escalationId } = question;
  const response = await api.request(`/v1/escalations/${escalationId}/edit`, {
    method: "POST",
    headers: { ...headers, "if-match": String((await shown(question)).version) },
    body: JSON.stringify({ args, reason: "in other words" }),
  });
  await system.client.workflow.getHandle(caseId).signal("questionMoved", { escalationId });
  return response.json();
}

async function offersSent() {
  const calls = await readCalls(system.pool, system.company, "messages");
  return calls.filter(({ request }) => request["template"] === "renewals.offer").map(({ request }) => request);
}

/** The place of words in a text as reasons tell it: subject and body are one text. */
function told(words: string, { subject, body }: { subject: string; body: string }): string {
  const from = `${subject}\n\n${body}`.indexOf(words);
  return `"${words}" at ${from} to ${from + words.length}`;
}

const brandOf = ({ sources }: Shown) => sources.find(({ source }) => source === "policy.brand")?.version;
const rulesOf = ({ rules }: Shown) => rules.map(({ id }) => id);

const SUBJECT = "Offer: contract C-branded for the next term";
const LINK = "https://portal.mandate.example/";
const AIM = "We aim to answer by the date that is named in the agreement";

test("a text off brand is withheld, told by place, rule and wording, and goes out once, as a person wrote it", async () => {
  const customer = "Contoso www.contoso.example";
  await givenContract(system, "branded", 80, { customer, renewal_state: "proposed" });
  const caseId = await system.arrive("renewals", "branded");

  const first = await openEscalationOf(system, caseId);
  const filled = await shown(first);
  const link = told("www.contoso.example", { subject: SUBJECT, body: `Dear ${customer},` });
  const linkWhy = `${link} (links, of \`customer\`): The link leads to a host that is not ours; allowed: "${LINK}"`;
  expect(filled).toMatchObject({
    facts: { brandFindings: 1, ownWords: false },
    editable: ["subject", "body", "cites"],
  });
  expect(filled.reason).toContain(linkWhy);
  expect(rulesOf(filled)).toEqual(expect.arrayContaining(["off-brand", "not-as-it-stands"]));
  expect(filled.card.others).toMatchObject([
    {
      reasons: [linkWhy],
      rows: [{ name: "subject" }, { other: expect.stringContaining(`Dear Contoso ${LINK},`) as string }],
    },
  ]);
  expect(await answer(system, caseId, "approve", first)).toMatchObject({ kind: "refused", code: "not-whole" });

  // A person's words are held against the same rules: theirs are withheld too, and do not count as their approval.
  const body = "Dear Contoso,\n\nwe guarantee that the next term costs you no more than you pay now.";
  expect(await edit(caseId, first, { body })).toMatchObject({ verdict: "escalate", counts: false });
  const second = await openEscalationOf(system, caseId, first.escalationId);
  const edited = await shown(second);
  const claimWhy = `${told("guarantee", { subject: SUBJECT, body })} (en.guarantee): It promises an outcome that no agreement holds; allowed: "${AIM}"`;
  expect(edited).toMatchObject({ facts: { brandFindings: 1, ownWords: true, links: 0 } });
  expect(edited.reason).toContain(claimWhy);
  const offered = { name: "body", asked: body, other: `Dear Contoso,\n\n${AIM}.` };
  expect(edited.card.others).toMatchObject([{ reasons: [claimWhy], rows: [{ name: "subject" }, offered] }]);
  expect(brandOf(edited)).toBe(brandOf(filled));
  expect(await answer(system, caseId, "approve", second)).toMatchObject({ kind: "refused", code: "not-whole" });
  expect(await offersSent()).toEqual([]);

  const words = { subject: "Your next term", body: offered.other };
  expect(await edit(caseId, second, words)).toMatchObject({ verdict: "escalate", counts: true });
  await eventually(async () => ((await offersSent()).length > 0 ? true : undefined));

  // The record changes and is read anew: what went out is not sent again, in whatever words.
  await givenCrmObject(system.pool, system.company, "contract", "branded", { usage: "84%", customer: "Contoso" });
  await system.arrive("renewals", "branded", { eventId: "evt_branded_again" });
  await eventually(async () => {
    const { records } = await readRecords(system.pool, system.company, caseId);
    return records.some(({ kind, body: of }) => kind === "plan" && of["eventId"] === "evt_branded_again") || undefined;
  });
  await expect(openEscalationOf(system, caseId, "", 1_500)).rejects.toThrow("nothing came within");
  const sent = await offersSent();
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ ...words, variables: { customer }, audience: ["customer", "partner"] });
}, 60_000);
