import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, isPortFree } from "../../engines/free-port.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const OLDEST_NODE: readonly [number, number] = [20, 19];
const INSTALL = "npm ci --ignore-scripts --include=dev --include=optional";

export function checkNode({ deps }: Patient): Finding {
  const version = deps.nodeVersion ?? process.versions.node;
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (isOld) return fail("node", `${version} is older than ${OLDEST_NODE.join(".")}`, "nvm install 22");
  return ok("node", version);
}

/** Compares the stamp that the bootstrap left after installing with the lockfile of now. */
export function checkInstall({ deps }: Patient): Finding {
  const [lockfile, stamp] = [
    join(deps.root, "package-lock.json"),
    join(deps.root, "node_modules", ".mandate-lock-sha256"),
  ];
  if (!existsSync(lockfile)) return fail("packages", "package-lock.json is missing", "git checkout package-lock.json");
  if (!existsSync(stamp)) return warn("packages", "not installed by Mandate's own start, so not compared", INSTALL);
  const wanted = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
  const installed = readFileSync(stamp, "utf8").split("\n")[0];
  if (installed === wanted) return ok("packages", "exactly as in package-lock.json");
  return fail("packages", "installed from another package-lock.json", INSTALL);
}

export async function checkPorts({ config, runtime }: Patient): Promise<Finding> {
  const gateway = runtime.kind === "running" ? runtime.runtime.gatewayUrl : undefined;
  if (config.port === undefined) {
    return ok("ports", gateway === undefined ? "free ones are chosen at the start" : `gateway at ${gateway}`);
  }
  if (gateway !== undefined && new URL(gateway).port === String(config.port))
    return ok("ports", `gateway at ${gateway}`);
  if (await isPortFree(config.port)) return ok("ports", `${config.port} is free`);
  return fail(
    "ports",
    `MANDATE_PORT=${config.port} is taken by another process`,
    `export MANDATE_PORT=${await freePort()}`,
  );
}
