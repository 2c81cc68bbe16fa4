import { hkdfSync } from "node:crypto";
import { join } from "node:path";
import type { Logger } from "pino";
import type { LedgerPool } from "../../audit/records.ts";
import { queuePrefixOf, taskQueue } from "../../temporal.config.ts";
import { bundleKeys } from "../../proof/export/keys.ts";
import { auditSecret } from "../../proof/secret.ts";
import { requireSecret } from "../../proof/secret-fit.ts";
import { ConfigError } from "../../domain/config-error.ts";
import { loadConfig, type Config } from "../config.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { projectRoot } from "../../engines/project-root.ts";
import { startGateway } from "../../gateway/gateway.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { hubspotOwners } from "../../tools/crm/hubspot-owners.ts";
import type { CrmOwners } from "../../tools/crm/port.ts";
import { sandboxOwners } from "../../tools/crm/sandbox-owners.ts";
import { createLogger } from "../log.ts";
import { objectNamesOf, readersOfNamed } from "../named-objects.ts";
import { policyReadTools } from "../../deciding/policy-reading.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { createPolicySource } from "../../releases/source.ts";
import { codecsOf } from "../engine/codec-of.ts";
import { endWithSupervisor, onStopRequested, reportReady } from "../supervised.ts";
import { lazyClient, requireTemporal } from "../temporal-connection.ts";
import { startTelemetry } from "../telemetry.ts";
import { companyClock } from "./company-clock.ts";
import { requireServedDatabase } from "./require-database.ts";

/** What links to agreements are signed with. */
function linkKeyOf(secret: Uint8Array, company: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `mandate/links/${company}`, 32));
}

/** Whom the CRM knows: HubSpot's own where its token is given, else the sandbox's. */
function ownersOf({ hubspotAccessToken: accessToken }: Config, pool: LedgerPool): CrmOwners {
  return accessToken === undefined ? sandboxOwners(pool) : hubspotOwners({ accessToken });
}

/** `mandate gateway`: serves webhooks and the API until it is asked to stop, then finishes what it took. Any number may run. */
export async function run(): Promise<number> {
  endWithSupervisor();
  const config = loadConfig();
  if (config.hubspotClientSecret === undefined) {
    throw new ConfigError(["HUBSPOT_CLIENT_SECRET: not set; give the client secret of the HubSpot app"]);
  }
  const log = createLogger(config.logLevel).child({ company: config.company });
  const secret = auditSecret(config);
  const pool = createLedgerPool(await requireServedDatabase(config), secret, {
    onError: (error) => log.warn({ error: error.message }, "database"),
    onForeignKey: (subject) => log.error({ subject }, "sealed under another audit secret: see `mandate doctor`"),
  });
  try {
    await requireSecret(pool, config.company, secret);
    const telemetry = await startTelemetry({ otlpUrl: config.otlpUrl, service: "gateway", log });
    try {
      await serve({ ...config, hubspotSecret: config.hubspotClientSecret }, pool, secret, log);
    } finally {
      await telemetry.stop();
    }
  } finally {
    await pool.end();
  }
  log.flush();
  return 0;
}

async function serve(
  config: Config & { readonly hubspotSecret: string },
  pool: LedgerPool,
  secret: Buffer,
  log: Logger,
): Promise<void> {
  const { company, hubspotSecret } = config;
  const temporal = lazyClient({ ...(await requireTemporal()), codecs: codecsOf(config) });
  try {
    const onAlarm = (problem: string) => log.error({ problem }, "policy releases");
    const policies = await createPolicySource({ pool, company, onAlarm });
    const clock = await companyClock(config, pool, log);
    try {
      const engine = temporalEngine(temporal.client, taskQueue(queuePrefixOf(company), "orchestration"));
      const adapters = embeddedAdapters(pool, clock.now);
      const records = readersOfNamed(adapters, objectNamesOf(pool));
      const gateway = await startGateway({
        pool,
        now: clock.now,
        engine,
        company,
        policies,
        hubspotSecret,
        portalId: config.hubspotPortalId,
        questionsPerHour: config.questionsPerHour,
        undoMs: config.undoSeconds * 1_000,
        publicUrl: config.publicUrl,
        hosts: config.hosts,
        port: config.port ?? 0,
        host: config.listenHost,
        log,
        sandbox: config.sandbox,
        devLogin: config.sandbox,
        consoleFolder: join(projectRoot(), "dist/console"),
        linkKey: linkKeyOf(secret, company),
        peers: config.peers,
        bundleKeys: bundleKeys(secret, config),
        owners: ownersOf(config, pool),
        crm: records["crm"] ?? adapters.crm,
        readTools: {
          ...createReadTools(pool, { ...adapters, records }, clock.now),
          ...policyReadTools(policies, clock.now),
        },
        checks: { auditSecret: () => requireSecret(pool, company, secret) },
      });
      const stopped = new Promise<void>((resolve) => onStopRequested(() => resolve()));
      // Connected ahead of the first event; without Temporal we serve all the same, and each use tries again.
      temporal.client().catch(() => undefined);
      reportReady({ url: gateway.url });
      await stopped;
      await gateway.stop();
    } finally {
      // Also when the port is taken: both ask the database at intervals, and its pool ends next.
      await Promise.all([policies.stop(), clock.stop()]);
    }
  } finally {
    await temporal.close();
  }
}
