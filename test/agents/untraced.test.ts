import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { agentsOn } from "./agents-under-test.ts";
import { quoteReadings, quoteTurn } from "./readings.ts";

afterEach(() => vi.unstubAllEnvs());

test("a turn sends no trace to an outside service, though the environment asks for it", async () => {
  const heard: string[] = [];
  const service = createServer((request, response) => {
    heard.push(request.url ?? "");
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  const { port } = service.address() as AddressInfo;
  vi.stubEnv("LANGSMITH_TRACING", "true");
  vi.stubEnv("LANGSMITH_API_KEY", "test");
  vi.stubEnv("LANGSMITH_ENDPOINT", `http://127.0.0.1:${port}`);
  await agentsOn(quoteReadings()).agents.gatherFindings(quoteTurn);
  // The service's client sends in batches: an untouched tracer is heard within half a second.
  await new Promise((resolve) => setTimeout(resolve, 700));
  service.closeAllConnections();
  service.close();
  expect(heard).toEqual([]);
});
