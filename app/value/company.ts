import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { LedgerPool } from "../../audit/records.ts";
import { createClient, type Client } from "../../cli/client.ts";
import { startCompanyClock, type CompanyClock } from "../../db/company-clock.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { createLedgerPool } from "../../db/pool.ts";
import type { PolicySource } from "../../deciding/policy-source.ts";
import { prepareHome } from "../../engines/home-folder.ts";
import type { Role } from "../../functions/definition.ts";
import { startGateway } from "../../gateway/gateway.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { bundleKeys } from "../../proof/export/keys.ts";
import { queuePrefixOf, taskQueue } from "../../temporal.config.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { dayPartners } from "../day/programme.ts";
import { seedDay } from "../day/seed.ts";
import { movedClient, type Moved } from "../engine/move-time.ts";
import { payloadCodec } from "../engine/payload-codec.ts";
import { devPeople } from "../processes/dev-secrets.ts";
import { connectClient } from "../temporal-connection.ts";
import { workerDeps } from "../worker-deps.ts";
import { createWorkers, type WorkerDeps } from "../worker.ts";
import { withoutAgents } from "./without.ts";

/** What every company of a measurement runs on. `ownerUrl`: the login that owns a migrated schema. */
export type Ground = {
  readonly ownerUrl: string;
  readonly temporalAddress: string;
  /** A folder that ends with the measurement. */
  readonly home: string;
  readonly workflows: { readonly codePath: string };
  readonly policies: PolicySource;
  readonly log: Logger;
};

/** A company whose programme is played. `people`: an API client for each role, as that person. */
export type PlayedCompany = {
  readonly company: string;
  readonly pool: LedgerPool;
  readonly gatewayUrl: string;
  readonly hubspotSecret: string;
  readonly clock: CompanyClock;
  readonly moved: Moved;
  readonly people: ReadonlyMap<string, Client>;
  stop(): Promise<void>;
};

/** Starts a company with its worker and its gateway, in which these agents come to nothing. */
export async function startPlayedCompany(
  ground: Ground,
  name: string,
  left: ReadonlySet<Role>,
): Promise<PlayedCompany> {
  const { ownerUrl, policies, log } = ground;
  const company = `value-${name}-${randomBytes(4).toString("hex")}`;
  const home = join(ground.home, company);
  prepareHome(home);
  const secret = randomBytes(32);
  const login = await ensureCompanyLogin({ url: ownerUrl, company, home });
  const pool = createLedgerPool(login.url, secret, { max: 6 });
  const owner: Pool = createLedgerPool(ownerUrl, secret, { max: 1 });
  const clock = await startCompanyClock({ sql: pool, company, log, movable: true });
  const known = await devPeople(pool, company, { home, ownerUrl });
  await seedDay(pool, { company, partners: dayPartners, registrations: [], crm: [] });
  const queuePrefix = queuePrefixOf(company);
  const codecs = [payloadCodec(company, [secret])];
  const place = { namespace: "default", connectionOptions: { address: ground.temporalAddress }, codecs };
  const client = await connectClient(place);
  const deps = await depsOf(ground, { pool, now: clock.now, secret });
  const { workflows } = ground;
  const workers = await createWorkers(withoutAgents(deps, left), { temporal: place, queuePrefix, workflows });
  const running = workers.run();
  const ahead = movedClient(client, pool, company);
  const hubspotSecret = randomBytes(24).toString("base64url");
  const gateway = await startGateway({
    pool,
    now: clock.now,
    engine: temporalEngine(() => Promise.resolve(ahead), taskQueue(queuePrefix, "orchestration")),
    company,
    policies,
    hubspotSecret,
    publicUrl: undefined,
    port: 0,
    log,
    readTools: deps.readTools,
  });
  return {
    company,
    pool,
    gatewayUrl: gateway.url,
    hubspotSecret,
    clock,
    moved: { client, owner, company, queuePrefix, schedules: [], clocks: [clock] },
    people: new Map(known.map(({ role, token }) => [role, createClient({ url: gateway.url, token })])),
    async stop() {
      await gateway.stop();
      workers.shutdown();
      await running;
      await client.connection.close();
      await clock.stop();
      await Promise.all([pool.end(), owner.end()]);
    },
  };
}

type Wired = { readonly pool: LedgerPool; readonly now: () => string; readonly secret: Buffer };

/** What the company's worker needs, with the offline model. */
function depsOf({ policies, log }: Ground, { pool, now, secret }: Wired): Promise<WorkerDeps> {
  return workerDeps({
    pool,
    now,
    policies,
    adapters: embeddedAdapters(pool, now),
    model: { kind: "offline" },
    alarm: (detail) => log.error(detail, "evaluators disagree"),
    unknownName: (detail) => log.error(detail, "nothing here bears a name that a case needs"),
    scheduled: { log, bundleKeys: bundleKeys(secret, { witnesses: [] }), checkpoints: () => Promise.resolve([]) },
  });
}
