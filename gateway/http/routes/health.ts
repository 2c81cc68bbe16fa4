import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv } from "../auth.ts";
import { Live, Ready } from "../contract.ts";

/** Longest a dependency may take to answer before it counts as down. */
export const CHECK_TIMEOUT_MS = 2_000;

/** One question per dependency; it rejects when the dependency cannot work. */
export type Checks = { readonly [dependency: string]: () => Promise<unknown> };

const live = createRoute({
  method: "get",
  path: "/livez",
  summary: "Tell that the process runs",
  responses: { 200: { description: "It runs", content: { "application/json": { schema: Live } } } },
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  summary: "Tell whether every dependency answers",
  responses: {
    200: { description: "All do", content: { "application/json": { schema: Ready } } },
    503: { description: "At least one does not", content: { "application/json": { schema: Ready } } },
  },
});

async function answers(check: () => Promise<unknown>): Promise<"up" | "down"> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<"down">((resolve) => {
    timer = setTimeout(() => resolve("down"), CHECK_TIMEOUT_MS);
  });
  const answer = check().then(
    () => "up" as const,
    () => "down" as const,
  );
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}

/** Probes, open to everybody: they say up or down and nothing else. */
export function mountHealth(app: OpenAPIHono<ApiEnv>, checks: Checks): void {
  app.openapi(live, (c) => c.json({ live: true as const }, 200));
  app.openapi(ready, async (c) => {
    const asked = Object.entries(checks).map(async ([name, check]) => [name, await answers(check)] as const);
    const dependencies = Object.fromEntries(await Promise.all(asked));
    const isReady = Object.values(dependencies).every((state) => state === "up");
    return c.json({ ready: isReady, dependencies }, isReady ? 200 : 503);
  });
}
