import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ApiEnv } from "./auth.ts";
import { json, ok } from "./route.ts";

/** Longest a dependency may take to answer before it counts as down. */
export const CHECK_TIMEOUT_MS = 2_000;

/** One question per dependency; it rejects when the dependency cannot work. */
export type Checks = { readonly [dependency: string]: () => Promise<unknown> };

const Live = z.object({ live: z.literal(true) }).openapi("Live");

/** Each dependency by name. */
const Ready = z
  .object({ ready: z.boolean(), dependencies: z.record(z.string(), z.enum(["up", "down"])) })
  .openapi("Ready");

const live = createRoute({
  method: "get",
  path: "/livez",
  summary: "Tell that the process runs",
  responses: ok("It runs", Live),
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  summary: "Tell whether every dependency answers",
  responses: {
    ...ok("All do", Ready),
    503: { description: "At least one does not", content: json(Ready) },
  },
});

/** Probes, open to everybody: they say up or down and nothing else. */
export function healthApi(checks: Checks) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(live, (c) => c.json({ live: true as const }, 200))
    .openapi(ready, async (c) => {
      const asked = Object.entries(checks).map(async ([name, check]) => [name, await answers(check)] as const);
      const dependencies = Object.fromEntries(await Promise.all(asked));
      const isReady = Object.values(dependencies).every((state) => state === "up");
      return c.json({ ready: isReady, dependencies }, isReady ? 200 : 503);
    });
}

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
