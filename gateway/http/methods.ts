import type { Hono } from "hono";
import type { ApiEnv } from "./auth.ts";

/** The methods that a path has, for the header Allow; none when there is no such path. */
export function methodsOf({ routes }: Pick<Hono<ApiEnv>, "routes">, path: string): readonly string[] {
  const here = routes.filter((route) => !isForAll(route) && patternOf(route.path).test(path));
  const methods = new Set(here.map(({ method }) => method));
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].toSorted();
}

type Route = Hono<ApiEnv>["routes"][number];

/** Middleware is for every method, or for a whole tree. */
function isForAll({ method, path }: Route): boolean {
  return method === "ALL" || path.includes("*");
}

const patterns = new Map<string, RegExp>();

function patternOf(path: string): RegExp {
  const known = patterns.get(path) ?? new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`);
  patterns.set(path, known);
  return known;
}
