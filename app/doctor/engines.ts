import { externalTemporal, type ExternalTemporal } from "../config.ts";
import { findPostgresPackage } from "../../engines/postgres-binaries.ts";
import { presentTemporalBinary } from "../../engines/temporal-binary.ts";
import { answersGrpc } from "../../engines/temporal-probe.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CONNECT_TIMEOUT_MS = 3_000;

export async function checkTemporal(patient: Patient): Promise<Finding> {
  const { config, deps, runtime } = patient;
  const outside = await (deps.externalTemporal ?? externalTemporal)();
  if (outside !== undefined) return checkReachable(outside, patient);
  const address = runtime.kind === "running" ? runtime.runtime.temporalAddress : undefined;
  if (address !== undefined) {
    if (await answersGrpc(address)) return ok("temporal", `embedded, answers at ${address}`);
    return fail("temporal", `embedded, does not answer at ${address}`, restart(patient));
  }
  const { temporalBin, searchPath, cacheFolder } = config;
  const present = await presentTemporalBinary({ temporalBin, searchPath, cacheFolder });
  if (present !== undefined) return ok("temporal", `embedded ${present.version} (${present.route}: ${present.path})`);
  return warn("temporal", "embedded, not fetched yet: the first start does it (44 MB)", "npm start");
}

/** Restarting is the cure for an embedded engine that stopped answering: a start adopts or replaces what is left. */
function restart({ runtime }: Patient): string {
  return runtime.kind === "running" ? `kill ${runtime.runtime.pid}; npm start` : "npm start";
}

async function checkReachable(outside: ExternalTemporal, { config }: Patient): Promise<Finding> {
  const { address, namespace, connectionOptions } = outside;
  const { Connection } = await import("@temporalio/client");
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
    try {
      await connection.workflowService.describeNamespace({ namespace });
    } finally {
      await connection.close();
    }
    return ok("temporal", `${address}, namespace ${namespace}`);
  } catch (error) {
    const { details, message } = error as { details?: string; message: string };
    const look = `temporal --address ${address} operator namespace describe --namespace ${namespace}`;
    const isOurs = config.mode === "development" && config.temporalAddress !== undefined;
    return fail(
      "temporal",
      `${address}, namespace ${namespace} cannot be used: ${details ?? message}`,
      isOurs ? "unset TEMPORAL_ADDRESS" : look,
    );
  }
}

export function checkPostgres({ config, runtime }: Patient): Finding {
  if (config.databaseUrl !== undefined) return ok("postgres", "DATABASE_URL is set: none is embedded");
  try {
    const { version } = findPostgresPackage();
    if (runtime.kind !== "stale") return ok("postgres", `embedded ${version}`);
    return warn(
      "postgres",
      `embedded ${version}; the last start was killed and its engines may still run`,
      "npm start",
    );
  } catch (error) {
    return fail("postgres", (error as Error).message, "export DATABASE_URL=postgres://user:password@host:5432/mandate");
  }
}
