import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { wallTime } from "../../db/company-clock.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { taskQueue } from "../../temporal.config.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { openEscalationOf } from "../fixtures/escalations.ts";
import { testKeys } from "../fixtures/governed-log.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { givenPerson, type ADMINS } from "../fixtures/people.ts";
import { givenPartner, givenQuote } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";
import { launch } from "./chromium.ts";

const root = resolve(import.meta.dirname, "../..");

/** The people of these tests. Rita is one level up; Juniper is another company. */
const people = {
  dana: "partner-manager",
  erin: "partner-manager",
  rita: "regional-director",
  juniper: "peer",
  ola: "ops-engineer",
} as const;

/** The first two admins are made with the directory. */
type Known = keyof typeof people | (typeof ADMINS)[keyof typeof ADMINS];

export type Desk = {
  readonly system: System;
  readonly url: string;
  readonly browser: Browser;
  /** A question about a quote, by its deal's id; answered by the partner manager unless its discount says otherwise. */
  ask(deal: string, discountPpm?: number, changes?: Parameters<typeof givenQuote>[4]): Promise<string>;
  /** A page of somebody who has just logged in, in a browser of their own. */
  open(personId: Known, path?: string, options?: Parameters<Browser["newContext"]>[0]): Promise<Page>;
  stop(): Promise<void>;
};

/** Database, worker, gateway, the console as it is built, and a browser: one set-up for all tests of a file. */
export async function startDesk(): Promise<Desk> {
  const system = await startSystem();
  const { pool, company, client, queuePrefix } = system;
  for (const [personId, role] of Object.entries(people)) {
    await givenPerson(
      pool,
      company,
      { personId, name: personId[0]?.toUpperCase() + personId.slice(1), role },
      `token-${company}-${personId}`,
    );
  }
  await givenPartner(pool, company, { partnerId: "partner-7" });
  const folder = mkdtempSync(join(tmpdir(), "mandate-console-"));
  await build(folder);
  const gateway: Gateway = await gatewayWith({
    pool,
    company,
    policies: await loadPolicies(join(root, "policies")),
    readTools: createReadTools(pool, embeddedAdapters(pool, wallTime), wallTime),
    engine: temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration")),
    undoMs: 10_000,
    devLogin: "open",
    consoleFolder: join(folder, "console"),
    bundleKeys: { signerOf: testKeys.signerOf, witnesses: [] },
  });
  const browser = await launch();
  const contexts: BrowserContext[] = [];
  return {
    system,
    url: gateway.url,
    browser,
    async ask(deal, discountPpm = 180_000, changes = {}) {
      await givenQuote(pool, company, deal, discountPpm, changes);
      const caseId = await system.arrive("quoting", deal, { eventId: `evt_${deal}` });
      return (await openEscalationOf(system, caseId)).escalationId;
    },
    async open(personId, path = "/console", options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      contexts.push(context);
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      await page.goto(`${gateway.url}/console`);
      await page.getByRole("button", { name: new RegExp(`^${personId}`, "i") }).click();
      await page.getByRole("navigation", { name: "Questions" }).waitFor();
      if (path !== "/console") await page.goto(gateway.url + path);
      return page;
    },
    async stop() {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
      await gateway.stop();
      await system.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function build(folder: string): Promise<void> {
  const builder = pathToFileURL(join(root, "bin/build.mjs")).href;
  const { buildConsole } = (await import(builder)) as { buildConsole: (root: string, dist: string) => Promise<void> };
  await buildConsole(root, folder);
}

/** What axe finds that is serious or worse: a line per finding, with where. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  // Evaluated by the debugger: the page's own policy lets no script of another's in, and stays as it is.
  await page.evaluate(`${axe}; 0`);
  return page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
    const { violations } = await run.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
  });
}

type AxeResult = {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
};

/** The pictures of the README, made anew with `UPDATE_SCREENS=1` and else only taken. */
export type Screen = "card-desk-light" | "card-phone-dark" | "edit" | "group" | "case-rules" | "operations";

export async function screen(page: Page, name: Screen): Promise<void> {
  const path = join(root, "docs/screens", `${name}.png`);
  await page.screenshot(process.env["UPDATE_SCREENS"] === undefined ? {} : { path });
}
