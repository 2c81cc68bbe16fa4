import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exclusively } from "./exclusive.mjs";
import { withProgress } from "./progress.mjs";

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** The oldest Node that every dependency accepts; the same as `engines` in package.json. */
const OLDEST_NODE = [20, 19, 0];
const NPM_CI = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];

/** A fault with a message for people; `exitCode` is what the command ends with. */
export class BootstrapError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.name = "BootstrapError";
    this.exitCode = exitCode;
  }
}

/**
 * Runs the steps before a command. Resolves to true, or says what went wrong on stderr, sets the exit code and resolves
 * to false.
 * @param {() => Promise<void>} steps
 */
export async function prepared(steps) {
  try {
    await steps();
    return true;
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
    return false;
  }
}

/**
 * Makes node_modules exactly what package-lock.json says; does nothing when it is. With `dev`, the packages for
 * development must be there as well.
 * @param {{ root?: string, dev?: boolean }} [options]
 */
export async function ensureInstalled({ root = projectRoot, dev = false } = {}) {
  requireNode(process.versions.node);
  if (isInstalled(root, dev)) return;
  await exclusively(join(root, "dist", ".bootstrap.lock"), async (nameChild) => {
    // Another bootstrap may have finished while we waited.
    if (isInstalled(root, dev)) return;
    rmSync(stampFile(root), { force: true });
    await withProgress("installing packages", () => npmCi(root, nameChild));
    writeFileSync(stampFile(root), `${lockHash(root)}\ndev\n`);
  });
}

/** @throws BootstrapError when this Node is too old. */
export function requireNode(version) {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  for (const [index, wanted] of OLDEST_NODE.entries()) {
    if (parts[index] > wanted) return;
    if (parts[index] < wanted) {
      throw new BootstrapError(
        `Mandate needs Node ${OLDEST_NODE.join(".")} or newer, this is ${version}: install a current one (for example \`nvm install 22\`)`,
      );
    }
  }
}

/** Whether node_modules is what package-lock.json says: by our stamp, else by npm's own record of what it installed. */
export function isInstalled(root, dev) {
  const stamp = readOr(stampFile(root));
  const hash = lockHash(root);
  if (stamp !== undefined) {
    const [stamped, kind] = stamp.split("\n");
    if (stamped === hash && (kind === "dev" || !dev)) return true;
  }
  const kind = ["dev", "prod"].find((candidate) => matchesNpmRecord(root, candidate === "dev"));
  if (kind === undefined || (dev && kind !== "dev")) return false;
  try {
    writeFileSync(stampFile(root), `${hash}\n${kind}\n`);
  } catch {
    // A read-only installation is compared anew each time.
  }
  return true;
}

function stampFile(root) {
  return join(root, "node_modules", ".mandate-lock-sha256");
}

function lockHash(root) {
  const file = join(root, "package-lock.json");
  if (!existsSync(file))
    throw new BootstrapError(`${file} is missing: restore it (\`git checkout package-lock.json\`)`);
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** npm notes in node_modules/.package-lock.json what it really put there. */
function matchesNpmRecord(root, dev) {
  const record = readOr(join(root, "node_modules", ".package-lock.json"));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages ?? {};
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages ?? {};
  const differs = ([path, entry]) => {
    const present = installed[path];
    if (present === undefined) return path !== "" && mustBeThere(entry, dev);
    return present.version !== entry.version || present.integrity !== entry.integrity;
  };
  const isExtra = (path) => wanted[path] === undefined;
  return !Object.entries(wanted).some(differs) && !Object.keys(installed).some(isExtra);
}

/** Optional packages may be left out, but not those with the binaries of this very platform. */
function mustBeThere(entry, dev) {
  if ((entry.dev === true || entry.devOptional === true) && !dev) return false;
  if (entry.optional !== true && entry.devOptional !== true) return true;
  if (entry.libc !== undefined || (entry.os === undefined && entry.cpu === undefined)) return false;
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch);
}

function fits(allowed, actual) {
  if (allowed === undefined) return true;
  if (allowed.includes(`!${actual}`)) return false;
  return allowed.includes(actual) || allowed.every((name) => name.startsWith("!"));
}

/** Runs `npm ci`; its output is shown only when it fails. An interrupt ends npm first and then us. */
function npmCi(root, nameChild) {
  const [command, ...before] = npmCommand();
  return new Promise((resolve, reject) => {
    const stdio = ["ignore", "pipe", "pipe"];
    const child = spawn(command, [...before, ...NPM_CI], { cwd: root, stdio, shell: process.platform === "win32" });
    let output = "";
    let interrupted;
    const keep = (chunk) => (output += chunk);
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const interrupt = (signal) => {
      child.kill(interrupted === undefined ? "SIGTERM" : "SIGKILL");
      interrupted = signal;
      setTimeout(() => child.kill("SIGKILL"), 3_000).unref();
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, interrupt);
    const settle = (error) => {
      for (const signal of signals) process.off(signal, interrupt);
      if (error === undefined) resolve();
      else reject(error);
    };
    child.once("spawn", () => nameChild(child.pid));
    child.once("error", (error) =>
      settle(new BootstrapError(`npm could not be started (${error.message}): install Node with npm`)),
    );
    child.once("close", (code, signal) => {
      if (interrupted !== undefined) {
        const exitCode = 128 + constants.signals[interrupted];
        settle(new BootstrapError("interrupted while installing packages; the next start does it again", exitCode));
      } else if (code === 0) settle();
      else
        settle(
          new BootstrapError(`${output.trim()}\nnpm ci failed (${signal ?? `code ${code}`}); nothing was started`),
        );
    });
  });
}

/** The npm that runs us, else the one on PATH. */
function npmCommand() {
  const running = process.env.npm_execpath;
  return running?.endsWith("npm-cli.js") === true ? [process.execPath, running] : ["npm"];
}

function readOr(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
