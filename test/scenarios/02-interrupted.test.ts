import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { auditSecret } from "../../proof/secret.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { waitForExit } from "../../engines/process-identity.ts";
import { crmSays, quoteDeskSays } from "../fixtures/programme.ts";
import { mandateJson, processesOf, runtimeOf, start, stop, type Started } from "../setup/command-line.ts";
import { eventually } from "../setup/system.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

const COMPANY = "acme";
/** What a day comes to when nothing interrupts it. */
const wholeDay = { events: 9, executed: 4, blocked: 2, rejected: 1, waiting: 2 };
const home = temporaryHome("interrupted");
let running: Started;

function startDay(): Started {
  running = start(home, "dev", "--json");
  return running;
}

/** Starts again, and answers the day that it has finished; everything stays up. */
async function finishedDay() {
  const next = startDay();
  return JSON.parse(await next.says('"ok":true')).data;
}

afterAll(() => removeHome(home));

async function exists(name: string): Promise<void> {
  while (!existsSync(join(home, name))) await sleep(5);
}

/** Both outside systems, asked themselves: one call for each thing that was to be done on a day, and no other. */
async function expectOneEffectEach(day: number): Promise<void> {
  const pool = createLedgerPool(runtimeOf(home).databaseUrl ?? "", auditSecret({ home, auditSecret: undefined }));
  try {
    const { approvals } = await quoteDeskSays(pool, COMPANY);
    const quotes = approvals.map(({ quote_id }) => String(quote_id)).filter((id) => id.startsWith(`Q-${day}-`));
    expect(quotes.toSorted((a, b) => a.localeCompare(b))).toEqual([1, 2, 4].map((n) => `Q-${day}-${n}`));
    const told = (await crmSays(pool, COMPANY)).map(([objectId]) => objectId).filter((id) => id?.startsWith(`9`));
    const ofDay = told.filter((id) => id?.slice(-3, -2) === String(day));
    expect(ofDay).toHaveLength(7);
    expect(new Set(ofDay).size).toBe(7);
  } finally {
    await pool.end();
  }
}

describe("Ctrl-C", () => {
  afterEach(() => stop(running, "SIGTERM"));

  test.for<[string, () => Promise<unknown>]>([
    ["while a first start makes the database", () => exists("supervisor.lock")],
    ["while gateway and worker start", () => exists("logs/gateway.log")],
    ["when the gateway has just come up", () => running.says("gateway  ")],
    ["while the CRM delivers", () => running.says("quotes of the morning")],
    ["while the cases run", () => running.says("the cases run")],
  ])("%s: ends with 130 within seconds, and leaves no process", async ([, moment]) => {
    startDay();
    await moment();
    const { exitCode, stdout, tookMs } = await stop(running, "SIGINT");
    expect([exitCode, JSON.parse(stdout).code]).toEqual([130, "interrupted"]);
    expect(processesOf(home)).toEqual([]);
    expect(tookMs).toBeLessThan(8_000);
  });

  test("the next start finishes the same day: what came is not taken twice, and nothing is lost", async () => {
    const { day, continued, totals } = await finishedDay();
    expect({ day, continued, totals }).toMatchObject({ day: 1, continued: true, totals: wholeDay });
    expect(totals.duplicates).toBeGreaterThan(1);
    await expectOneEffectEach(1);
  });
});

describe("SIGKILL of the supervisor, while the cases run", () => {
  afterAll(() => stop(running, "SIGTERM"));

  test("everything ends by itself", async () => {
    startDay();
    await running.says("the cases run");
    const { processes } = runtimeOf(home);
    await stop(running, "SIGKILL");
    for (const { name, pid } of processes) expect([name, await waitForExit(pid, 15_000)]).toEqual([name, true]);
    expect(await eventually(async () => (processesOf(home).length === 0 ? true : undefined), 20_000)).toBe(true);
  });

  test("the next start finishes the day", async () => {
    const { day, continued, totals } = await finishedDay();
    expect({ day, continued, totals }).toMatchObject({ day: 2, continued: true, totals: wholeDay });
    await expectOneEffectEach(2);
  });

  test("another start on the same home is refused with 6, and disturbs nothing", async () => {
    expect(await mandateJson(home, "dev", "--once")).toMatchObject({ exitCode: 6, code: "already-running" });
    expect(runtimeOf(home).pid).toBe(running.child.pid);
    await expectOneEffectEach(2);
  });

  test("a terminal that is closed ends everything, although nobody is left to read what it says", async () => {
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    expect(await stop(running, "SIGHUP")).toMatchObject({ exitCode: 0 });
    expect(processesOf(home)).toEqual([]);
  });
});
