import { Client, Connection } from "@temporalio/client";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { LedgerPool } from "../../audit/records.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { installFirstRelease } from "../../releases/set-up.ts";
import { queuePrefixOf } from "../../temporal.config.ts";
import { crmSays, givenPartner, givenQuote } from "../fixtures/programme.ts";
import { encodingOf, payloadsIn } from "../fixtures/history.ts";
import { givenRequesters } from "../fixtures/people.ts";
import { endProcess, startProcess, WEBHOOKS, type CompanyProcess } from "../setup/company-processes.ts";
import { createDatabase } from "../setup/database.ts";
import { postBatch, quoteAsked } from "../setup/hubspot.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

export type Play = {
  readonly engines: { readonly postgresUrl: string; readonly temporalAddress: string };
  /** Cases of each company. */
  readonly cases: number;
  /** How long both may take to finish, from the first event. */
  readonly patienceMs: number;
  /** The workers are started with these variables besides. */
  readonly more?: NodeJS.ProcessEnv;
};

/** What became of one company's cases. */
export type Finished = {
  readonly company: string;
  /** Cases that ended with their quote approved, as the CRM itself says. */
  readonly approved: number;
  /** Process ids of workers that took anything of its cases; its own alone when nothing crossed. */
  readonly takenBy: readonly number[];
  readonly ownWorker: number;
  /** Payloads in its cases' histories, and how many of them stand there in the clear. */
  readonly payloads: { readonly kept: boolean; readonly inTheClear: number };
  /** Task queues that its cases ran on. */
  readonly queues: readonly string[];
  /** The other company's name anywhere in what its gateway and worker wrote. */
  readonly namesOther: boolean;
  /** Lines of both that do not say which company wrote them. */
  readonly unsignedLines: number;
  readonly tookMs: number;
};

type Side = {
  readonly company: string;
  readonly home: string;
  readonly pool: LedgerPool;
  readonly gateway: CompanyProcess;
  readonly worker: CompanyProcess;
};

const MOST_IN_BATCH = 100;

/** So small that what a partner may give away in a quarter holds hundreds of them. */
const SMALL = { quote_list_price: "1000.00", quote_net_price: "880.00", quote_floor_price: "600.00" };

/**
 * Two companies with a gateway and a worker each, on one database and one Temporal: both are asked for as many quotes, under
 * the same object ids, and work at the same time.
 */
export async function playTwoCompanies({ engines, cases, patienceMs, more }: Play): Promise<readonly Finished[]> {
  const database = await createDatabase(engines.postgresUrl);
  const sides: Side[] = [];
  const ids = Array.from({ length: cases }, (_, n) => String(10_001 + n));
  const connection = await Connection.connect({ address: engines.temporalAddress });
  try {
    for (const name of ["north", "south"]) {
      const company = `${name}-${randomBytes(3).toString("hex")}`;
      const home = temporaryHome(name);
      const secret = randomBytes(32);
      const pool = createLedgerPool(await database.urlOf(company), secret);
      const { temporalAddress } = engines;
      const told = { home, company, databaseUrl: await database.urlOf(company), temporalAddress, secret };
      const extra = more === undefined ? {} : { more };
      await givenRequesters(pool, company);
      const folder = resolve(import.meta.dirname, "../../policies");
      await installFirstRelease({ sql: pool, company, home, folder, at: new Date().toISOString() });
      await givenPartner(pool, company, { partnerId: "partner-7" });
      for (const id of ids)
        await givenQuote(pool, company, id, 0, { ...SMALL, customer_domain: `customer-${id}.example` });
      const gateway = await startProcess("gateway", { ...told, ...extra });
      const worker = await startProcess("worker", { ...told, ...extra });
      sides.push({ company, home, pool, gateway, worker });
      for (const each of [gateway, worker]) if (each.facts === undefined) throw new Error(each.said());
    }
    const startedMs = performance.now();
    await Promise.all(sides.map((side) => ask(side, ids)));
    const client = new Client({ connection });
    return await Promise.all(
      sides.map(async (side) => {
        const approved = await waitUntilAll(side, cases, startedMs + patienceMs);
        const tookMs = Math.round(performance.now() - startedMs);
        const others = sides.filter(({ company }) => company !== side.company);
        return { ...(await looked(client, side, ids, others)), approved, tookMs };
      }),
    );
  } finally {
    await Promise.all(sides.flatMap(({ gateway, worker }) => [gateway, worker].map(({ child }) => endProcess(child))));
    await Promise.all(sides.map(({ pool }) => pool.end()));
    await connection.close();
    await database.drop();
    for (const { home } of sides) removeHome(home);
  }
}

async function ask({ gateway }: Side, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += MOST_IN_BATCH) {
    const batch = ids.slice(at, at + MOST_IN_BATCH).map((objectId, n) => quoteAsked({ objectId, eventId: at + n + 1 }));
    const { status } = await postBatch(gateway.facts?.url ?? "", WEBHOOKS, batch);
    if (status !== 202) throw new Error(`the gateway answered ${status}`);
  }
}

/** How many quotes the CRM holds as approved once all are, or when patience ends. */
async function waitUntilAll({ company, pool }: Side, cases: number, untilMs: number): Promise<number> {
  for (;;) {
    const said = (await crmSays(pool, company)).filter(([, property]) => property === "quote_status");
    const approved = said.filter(([, , value]) => value === "approved").length;
    if (approved === cases || performance.now() > untilMs) return approved;
    await new Promise((resume) => setTimeout(resume, 200));
  }
}

async function looked(
  client: Client,
  { company, gateway, worker }: Side,
  ids: readonly string[],
  others: readonly Side[],
) {
  const takenBy = new Set<number>();
  const queues = new Set<string>();
  let [kept, inTheClear] = [0, 0];
  for (const id of ids) {
    const { events } = await client.workflow.getHandle(`${company}:quoting:crm-deal-${id}`).fetchHistory();
    for (const event of events ?? []) {
      const payloads = payloadsIn(event);
      kept += payloads.length;
      inTheClear += payloads.filter((payload) => encodingOf(payload) !== "binary/encrypted").length;
      const identity =
        event.workflowTaskStartedEventAttributes?.identity ?? event.activityTaskStartedEventAttributes?.identity;
      const scheduled =
        event.workflowExecutionStartedEventAttributes?.taskQueue ??
        event.activityTaskScheduledEventAttributes?.taskQueue;
      if (identity) takenBy.add(Number(identity.split("@")[0]));
      if (scheduled?.name) queues.add(scheduled.name);
    }
  }
  const lines = [gateway, worker].flatMap((each) =>
    each
      .said()
      .split("\n")
      .filter((line) => line.startsWith("{")),
  );
  return {
    company,
    ownWorker: worker.child.pid ?? 0,
    takenBy: [...takenBy],
    payloads: { kept: kept > 0, inTheClear },
    queues: [...queues].toSorted(),
    namesOther: lines.some((line) => others.some((other) => line.includes(other.company))),
    unsignedLines: lines.filter((line) => (JSON.parse(line) as { company?: string }).company !== company).length,
  };
}

/** What `finished` must be for nothing to have crossed. */
export function undisturbed({ company, ownWorker, tookMs }: Finished, cases: number): Finished {
  const queues = ["agents", "orchestration"].map((kind) => `${queuePrefixOf(company)}-${kind}`);
  const clean = { payloads: { kept: true, inTheClear: 0 }, namesOther: false, unsignedLines: 0 };
  return { company, approved: cases, takenBy: [ownWorker], ownWorker, queues, ...clean, tookMs };
}
