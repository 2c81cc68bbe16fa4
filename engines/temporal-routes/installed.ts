import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type BinaryRoute, BUILT_VERSION, found, isAtLeast, notFound, type RouteContext, versionOf } from "./route.ts";

/** The oldest command that will do. A build from source calls itself 0.0.0-DEV: then its server's version counts. */
type Floor = { readonly version: string; readonly server: string };

/** Found on PATH by chance, a command must be able to do everything, skipping time included. */
const PATH_FLOOR: Floor = { version: "1.9.0", server: "1.32.0" };
/** One that was chosen may be as old as the one the last route builds. */
const NAMED_FLOOR: Floor = { version: BUILT_VERSION, server: "1.29.1" };
const FROM_SOURCE = "0.0.0";

/** The command that MANDATE_TEMPORAL_BIN names (from 1.5.1, since it was chosen), else `temporal` on PATH (from 1.9). */
export const installedRoute: BinaryRoute = {
  name: "installed",
  label: "MANDATE_TEMPORAL_BIN or `temporal` on PATH",
  async try(context) {
    const reasons: string[] = [];
    for (const { path, floor, source } of candidates(context)) {
      const answer = await versionOf(path, context);
      if ("reason" in answer) reasons.push(`${source} (${path}): ${answer.reason}`);
      else if (isEnough(answer, floor)) return found(path, answer.version);
      else reasons.push(`${source} (${path}) is ${answer.version}, needed is ${floor.version} or newer`);
    }
    if (reasons.length === 0) reasons.push("MANDATE_TEMPORAL_BIN is not set and PATH has no `temporal`");
    if (context.temporalBin !== undefined) context.onProgress(`MANDATE_TEMPORAL_BIN cannot be used: ${reasons[0]}`);
    return notFound(reasons.join("; "));
  },
  wayOut: () => "export MANDATE_TEMPORAL_BIN=/path/to/temporal   # or: brew install temporal",
};

function isEnough({ version, server }: Floor, floor: Floor): boolean {
  return version === FROM_SOURCE ? isAtLeast(server, floor.server) : isAtLeast(version, floor.version);
}

function candidates(context: RouteContext): readonly { path: string; floor: Floor; source: string }[] {
  const named = context.temporalBin;
  const onPath = searchPath(context);
  return [
    ...(named === undefined ? [] : [{ path: named, floor: NAMED_FLOOR, source: "MANDATE_TEMPORAL_BIN" }]),
    ...(onPath === undefined ? [] : [{ path: onPath, floor: PATH_FLOOR, source: "PATH" }]),
  ];
}

function searchPath(context: RouteContext): string | undefined {
  const name = context.platform.startsWith("win32") ? "temporal.exe" : "temporal";
  return context.searchPath
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
