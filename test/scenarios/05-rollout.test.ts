import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { installFirstRelease } from "../../releases/set-up.ts";
import { createPolicySource, type ReleasedPolicies } from "../../releases/source.ts";
import { startDemotionWatch } from "../../releases/watch.ts";
import { taskQueue } from "../../temporal.config.ts";
import { run } from "../cli/run.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { openEscalationOf } from "../fixtures/escalations.ts";
import { SECRET } from "../fixtures/hubspot.ts";
import { keptLog } from "../fixtures/log.ts";
import { crmSays, givenPartner, quoteDeskSays, givenQuote } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

/** A function is let do more step by step, by people who see what it would have done; and less at once, by itself. */

const environment = { ...process.env };
const home = temporaryHome("rollout-scenario");
const folder = join(home, "policies");
let system: System;
let gateway: Gateway;
let source: ReleasedPolicies;
let watch: ReturnType<typeof startDemotionWatch>;
let next = 1;

const people = [
  { personId: "ola", name: "Ola", role: "ops-engineer", token: "token-ola" },
  { personId: "lee", name: "Lee", role: "regional-director", token: "token-lee" },
  { personId: "dana", name: "Dana", role: "partner-manager", token: "token-dana" },
];

/** The shipped policies, of which quoting watches a stricter rule and says when agents do too much. */
function preparePolicies(): void {
  cpSync(resolve(import.meta.dirname, "../../policies"), folder, { recursive: true });
  const file = join(folder, "quoting.yaml");
  const candidate = `rules:
  - id: ten-percent
    state: candidate
    effect: escalate
    when: { fact: effectiveDiscount, operator: greaterThan, value: 10% }
    reason: "Effective discount {effectiveDiscount} is over 10 %"
`;
  const text = readFileSync(file, "utf8").replace(
    /^rules:$/m,
    `demote: { blocked: 50%, rejected: 90%, minimum: 3 }\n\n${candidate}`,
  );
  writeFileSync(file, text);
}

beforeAll(async () => {
  preparePolicies();
  system = await startSystem({ policies: { inForce: (id, subjectOf) => source.inForce(id, subjectOf) } });
  const { pool, company, client, queuePrefix } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  await installFirstRelease({ sql: pool, company, home, folder, at: new Date().toISOString() });
  source = await createPolicySource({ pool, company, onAlarm: () => {}, pollMs: 25 });
  const { log } = keptLog();
  watch = startDemotionWatch({ pool, company, log, pollMs: 50 });
  gateway = await gatewayWith({
    pool,
    engine: temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration")),
    company,
    policies: source,
    hubspotSecret: SECRET,
    log,
  });
  for (const { token, ...person } of people) await givenPerson(pool, company, person, token);
  writePeople(home, people);
  Object.assign(process.env, {
    MANDATE_HOME: home,
    MANDATE_POLICIES: folder,
    MANDATE_URL: gateway.url,
    MANDATE_COMPANY: company,
  });
});
afterAll(async () => {
  process.env = { ...environment };
  await watch.stop();
  await gateway.stop();
  await source.stop();
  await system.stop();
  removeHome(home);
});

const because = ["--reason", "the roll-out's next step"];

/** Runs a command that has to succeed, and answers what it printed. */
async function mandate(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...argv);
  expect({ argv, exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ argv, exitCode: 0, stderr: "" });
  return stdout;
}

const modeInForce = (mode: string) =>
  eventually(async () => (source.inForce("quoting", () => "x")?.mode === mode ? true : undefined));

/** A deal that asks this discount, and its case. */
async function asked(discountPpm: number): Promise<{ objectId: string; caseId: string }> {
  const objectId = `d${next++}`;
  await givenQuote(system.pool, system.company, objectId, discountPpm);
  return { objectId, caseId: await system.arrive("quoting", objectId) };
}

const ended = (caseId: string) => system.client.workflow.getHandle(caseId).result();

/** How often the quote desk approved the object's quote, and what the CRM was told of it. */
async function came(objectId: string): Promise<unknown[]> {
  const { approvals } = await quoteDeskSays(system.pool, system.company);
  const told = (await crmSays(system.pool, system.company)).filter(([id]) => id === objectId);
  return [approvals.filter(({ quote_id }) => quote_id === `Q-${objectId}`).length, told.map(([, , value]) => value)];
}

test("in shadow a quote is decided and recorded, and nothing comes of it", async () => {
  expect(await mandate("policy", "mode", "quoting", "shadow", "--as", "ola", ...because)).toContain(
    "quoting is shadow",
  );
  await modeInForce("shadow");
  const { objectId, caseId } = await asked(120_000);
  expect(await ended(caseId)).toEqual({ outcomes: ["withheld"] });
  expect(await came(objectId)).toEqual([0, []]);
  const story = await mandate("audit", "show", caseId);
  expect(story).toContain("would let the action pass, but the mode is shadow: it is recorded and nothing comes of it");
  const report = await mandate("policy", "shadow-report", "quoting");
  expect(report).toMatch(/^shadow +1 \(100 %\) +0 \(0 %\) +0 \(0 %\) +recorded, nothing done$/m);
  expect(report).toMatch(/^ten-percent +escalate +1 +1 +execute +escalate +dec_/m);
});

test("assisted takes a second person, then people decide what the rules would execute", async () => {
  const first = await mandate("policy", "mode", "quoting", "assisted", "--as", "ola", ...because);
  expect(first).toContain("quoting stays shadow: assisted waits for a second person");
  await mandate("policy", "mode", "quoting", "assisted", "--as", "lee", ...because);
  await modeInForce("assisted");
  const { objectId, caseId } = await asked(120_000);
  const { escalationId } = await openEscalationOf(system, caseId);
  expect(await came(objectId)).toEqual([0, []]);
  await mandate("escalations", "approve", escalationId, "--as", "dana", "--reason", "fine", "--yes");
  expect(await ended(caseId)).toEqual({ outcomes: ["executed"] });
  expect(await came(objectId)).toEqual([1, ["approved"]]);
  const report = await mandate("policy", "shadow-report", "quoting");
  expect(report).toContain("Of what people decided for agents, people agreed with 1 of 1 (100 %).");
});

test("led executes alone; when blocks pass the policy's bound the mode is lowered by itself, with the reason", async () => {
  for (const person of ["ola", "lee"]) await mandate("policy", "mode", "quoting", "led", "--as", person, ...because);
  await modeInForce("led");
  const { objectId, caseId } = await asked(120_000);
  expect(await ended(caseId)).toEqual({ outcomes: ["executed"] });
  expect(await came(objectId)).toEqual([1, ["approved"]]);
  for (const ppm of [310_000, 320_000])
    expect(await ended((await asked(ppm)).caseId)).toEqual({ outcomes: ["blocked"] });
  await modeInForce("assisted");
  const records = await mandate("audit", "show", `${system.company}:policies`);
  expect(records).toContain("2 of 3 decisions blocked is over 50 %");
  const quiet = await asked(120_000);
  await mandate(
    "escalations",
    "reject",
    (await openEscalationOf(system, quiet.caseId)).escalationId,
    "--as",
    "dana",
    "--reason",
    "no",
    "--yes",
  );
  expect(await ended(quiet.caseId)).toEqual({ outcomes: ["rejected"] });
  expect(await came(quiet.objectId)).toEqual([0, ["denied"]]);
});
