import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Progress } from "../../engines/progress.ts";
import { removeRuntime, writeRuntime } from "../../engines/runtime-file.ts";
import { projectRoot } from "../../engines/project-root.ts";
import { superviseProcesses, type ProcessSpec, type SupervisorEvent } from "../supervisor.ts";
import { auditSecretFileOf } from "../../proof/secret.ts";
import { reachableHost } from "../../gateway/listen.ts";
import type { RunningEngines } from "./dev-engines.ts";
import { onFreePort } from "./on-free-port.ts";
import type { StopList } from "./stop-list.ts";

/** Where the gateway listens when nobody else does. */
const PREFERRED_PORT = 8480;

type Starting = {
  readonly config: Config;
  readonly stops: StopList;
  readonly signal: AbortSignal;
  readonly say: Progress;
  readonly engines: RunningEngines;
  readonly hubspotSecret: string;
  /** ISO 8601. */
  readonly startedAt: string;
};

/** Starts gateway and worker as children, tells of them in the runtime file, and answers the gateway's address. */
export async function startProcesses(starting: Starting): Promise<string> {
  const { config, stops, signal, say, engines, startedAt } = starting;
  const { home } = config;
  const keep = keepOutput(home, stops, say);
  let tell = (): void => undefined;
  const log = (event: SupervisorEvent): void => {
    keep(event);
    if (event.kind === "ready") tell();
  };
  const { processes, gatewayUrl } = await onFreePort(
    { chosen: config.port, preferred: PREFERRED_PORT },
    async (port) => ({
      processes: await superviseProcesses(specsOf(starting, port), { onProgress: say, log, signal }),
      gatewayUrl: `http://${reachableHost(config.listenHost)}:${port}`,
    }),
  );
  stops.add("gateway and worker", () => processes.stop());
  tell = () => {
    const { temporalAddress, temporalUi, embeddedDatabase, databaseUrl } = engines;
    writeRuntime(home, {
      startedAt,
      gatewayUrl,
      temporalAddress,
      ...(temporalUi === undefined ? {} : { temporalUiUrl: temporalUi }),
      ...(embeddedDatabase ? { databaseUrl } : {}),
      processes: [...processes.pids()].map(([name, pid]) => ({ name, pid })),
    });
  };
  stops.add("the runtime file", () => {
    tell = () => undefined;
    removeRuntime(home);
  });
  tell();
  return gatewayUrl;
}

/** Both get the addresses that we found or started; only the gateway gets the webhook secret. */
function specsOf({ config, engines, hubspotSecret }: Starting, port: number): ProcessSpec[] {
  const temporal = engines.embeddedTemporal
    ? { TEMPORAL_ADDRESS: engines.temporalAddress, TEMPORAL_NAMESPACE: engines.temporalNamespace }
    : {};
  const database = { DATABASE_URL: engines.databaseUrl, DATABASE_URL_FILE: undefined };
  const secret = { HUBSPOT_CLIENT_SECRET: hubspotSecret, HUBSPOT_CLIENT_SECRET_FILE: undefined };
  const { mode: MANDATE_MODE, home: MANDATE_HOME, policies: MANDATE_POLICIES } = config;
  // Beside an embedded database the home keeps the secret; where the environment gives one, children inherit it.
  const sealing =
    config.auditSecret === undefined ? { MANDATE_AUDIT_SECRET_FILE: auditSecretFileOf(MANDATE_HOME) } : {};
  const env = { ...database, ...temporal, ...sealing, MANDATE_MODE, MANDATE_HOME, MANDATE_POLICIES };
  const command = process.execPath;
  const bin = join(projectRoot(), "bin/mandate.mjs");
  return [
    { name: "gateway", command, args: [bin, "gateway"], env: { ...env, ...secret, MANDATE_PORT: String(port) } },
    { name: "worker", command, args: [bin, "worker"], env },
  ];
}

/** What the children print goes to their log files; what happens to them is said. */
function keepOutput(home: string, stops: StopList, say: Progress): (event: SupervisorEvent) => void {
  const files = new Map(
    ["gateway", "worker"].map((name) => {
      const file = createWriteStream(join(home, "logs", `${name}.log`), { flags: "a", mode: 0o600 });
      file.on("error", (error) => say(`${name}'s log cannot be written: ${error.message}`));
      return [name, file] as const;
    }),
  );
  stops.add("the logs", async () => {
    const open = [...files.values()].filter(({ destroyed }) => !destroyed);
    // A process that has ended may still be heard for a moment.
    files.clear();
    await Promise.all(open.map((file) => new Promise<void>((resolve) => file.end(resolve))));
  });
  return (event) => {
    if (event.kind === "output") files.get(event.name)?.write(`${event.line}\n`);
    if (event.kind === "crashed") say(`${event.name} ${event.how}; it starts again in ${event.retryInMs} ms`);
  };
}
