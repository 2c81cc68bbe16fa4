import { later } from "../../audit/ledgers/escalations.ts";
import { expectReply } from "../../audit/ledgers/replies.ts";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { loadConfig } from "../../app/config.ts";
import { runDoctor } from "../../app/doctor.ts";
import { setCompanyClock } from "../../db/company-clock.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { taskQueue } from "../../temporal.config.ts";
import { run } from "../cli/run.ts";
import { openEscalationOf } from "../fixtures/escalations.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { givenPartner, givenQuote } from "../fixtures/programme.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

let system: System;
let gateway: Gateway;
let token = "";
let isBroken = true;
const home = temporaryHome("stalled");
beforeAll(async () => {
  system = await startSystem({
    interceptors: {
      activity: [
        ({ info }) => ({
          inbound: {
            execute(input, next) {
              const [permit] = input.args as [{ readonly tool?: string } | undefined];
              const isToDesk = info.activityType === "act" && permit?.tool === "quotes.approve-discount";
              if (isBroken && isToDesk) throw new Error("no route to the quote desk");
              return next(input);
            },
          },
        }),
      ],
    },
  });
  const { pool, company, client, queuePrefix } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  const added = await givenPerson(pool, company, { personId: "dana", name: "Dana", role: "partner-manager" });
  token = added.kind === "added" ? added.token : "";
  const engine = temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration"));
  gateway = await gatewayWith({ pool, engine, company });
});
afterAll(async () => {
  await gateway.stop();
  await system.stop();
  removeHome(home);
});

async function ask(objectId: string, discountPpm: number): Promise<string> {
  await givenQuote(system.pool, system.company, objectId, discountPpm);
  return system.arrive("quoting", objectId);
}

const status = () => run("status", "--url", gateway.url, "--token", token);

/** What the doctor says of cases and questions, `laterMs` from now. */
async function examined(laterMs = 0): Promise<string[]> {
  const { company, database } = system;
  const databaseUrl = await database.urlOf(company);
  const config = { ...loadConfig({ HOME: home, PATH: "" }, home), home, databaseUrl, company };
  const address = inject("temporalAddress");
  const findings = await runDoctor(config, {
    pendingMigrations: () => Promise.resolve([]),
    now: () => new Date(Date.now() + laterMs),
    root: home,
    externalTemporal: () => Promise.resolve({ address, namespace: "default", connectionOptions: { address } }),
  });
  return findings
    .filter(({ check }) => ["cases", "questions", "replies"].includes(check))
    .map((found) => `${found.state} ${found.check}: ${found.detail}${found.state === "ok" ? "" : ` (${found.fix})`}`);
}

const FOUR_HOURS_AND_A_BIT_MS = 15_000_000;

test(
  "a case that retries for ever is told by `status` and `doctor`, and no more once it is mended",
  { timeout: 60_000 },
  async () => {
    const asking = await ask("d1", 180_000);
    await openEscalationOf(system, asking, "", 30_000);
    expect(await examined()).toEqual([
      "ok cases: 1 open, none stalled",
      "ok questions: 1 open, none past due",
      "ok replies: 0 awaited, none past due",
    ]);
    const caseId = await ask("d2", 120_000);
    const told = await eventually(async () => {
      const ran = await status();
      return ran.exitCode === 3 ? ran : undefined;
    }, 30_000);
    expect(told.stdout).toMatch(/^Cases {6}2 open, 1 stalled\n {2}.*d2: `act` was tried \d+ times: UNEXPECTED\n/);
    expect(told.stdout).toContain(caseId);
    const [cases] = await examined();
    expect(cases).toMatch(/^fail cases: stalled: .*d2: `act` was tried \d+ times: UNEXPECTED \(npx mandate status\)$/);
    isBroken = false;
    await system.client.workflow.getHandle(caseId).result();
    const mended = await eventually(async () => {
      const ran = await status();
      return ran.exitCode === 0 ? ran : undefined;
    });
    expect(mended.stdout).toMatch(/^Cases {6}1 open, none stalled\nQuestions {2}1 open, none past due; /);
    const { pool, company } = system;
    const at = new Date().toISOString();
    await expectReply(pool, { company, caseId, correlation: "offer-1", deadline: later(at, 60_000), at });
    const late = [
      "ok cases: 1 open, none stalled",
      "warn questions: 1 of 1 past due (npx mandate escalations list)",
      `warn replies: 1 of 1 past due: offer-1 of ${caseId} (npx mandate audit show ${caseId})`,
    ];
    expect(await examined(FOUR_HOURS_AND_A_BIT_MS)).toEqual(late);
    await setCompanyClock(system.database.pool, system.company, FOUR_HOURS_AND_A_BIT_MS);
    expect(await examined()).toEqual(late);
  },
);
