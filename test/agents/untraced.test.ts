import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { createAgents } from "../../agents/agents.ts";
import { traceModels } from "../../agents/models/langsmith.ts";
import { loadConfig } from "../../app/config.ts";
import { withoutLangSmith } from "../../app/langsmith.ts";
import { digestOf } from "../../audit/digest.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { calls, namedModel } from "./scripted-model.ts";
import { agentsOn } from "./agents-under-test.ts";
import { quoteReadings, quoteTurn, readTools } from "./readings.ts";

afterEach(() => vi.unstubAllEnvs());

/** The service's client sends in batches: an untouched tracer is heard within half a second. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 700));

/** A stand-in for the service, and what it was sent by the end of `waiting`. */
async function heardBy(
  work: () => Promise<unknown>,
  waiting: (heard: readonly string[]) => Promise<unknown> = aWhile,
): Promise<string[]> {
  const heard: string[] = [];
  const service = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      heard.push(Buffer.concat(pieces).toString());
      response.end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  const { port } = service.address() as AddressInfo;
  vi.stubEnv("LANGSMITH_TRACING", "true");
  vi.stubEnv("LANGSMITH_API_KEY", "test");
  vi.stubEnv("LANGSMITH_ENDPOINT", `http://127.0.0.1:${port}`);
  await work();
  await waiting(heard);
  service.closeAllConnections();
  service.close();
  return heard;
}

test("a turn sends no trace to an outside service, though the environment asks for it", async () => {
  expect(await heardBy(() => agentsOn(quoteReadings()).agents.gatherFindings(quoteTurn))).toEqual([]);
});

const somethingIn = (heard: readonly string[]) =>
  vi.waitFor(() => expect(heard.join("")).toContain("ScriptedChatModel"), { timeout: 20_000 });

test("turned on by name, LangSmith hears of the calls of a model and of nothing else", async () => {
  const finding = { code: "asked", statement: "It is asked.", confidencePpm: 1_000_000, sources: ["crm.record"] };
  const report = calls("report_findings", { findings: [finding] });
  const model = namedModel("m", report, report, report);
  const { tools } = readTools(quoteReadings());
  const agents = createAgents({ model, ledger: memoryLedger(), readTools: tools, digest: digestOf });
  const heard = await heardBy(async () => {
    await traceModels(model);
    await agents.gatherFindings(quoteTurn);
  }, somethingIn);
  const told = heard.join("\n");
  expect(told).toContain("ScriptedChatModel");
  expect(told).not.toMatch(/plan_reads|read_in_parallel|LangGraph/);
});

test("turned off, a process keeps nothing that LangSmith's client would read", () => {
  const env = { LANGSMITH_TRACING: "true", LANGCHAIN_API_KEY: "k", LANGSMITH_ENDPOINT: "e", OTHER: "stays" };
  withoutLangSmith({ langsmith: "on" }, env);
  expect(Object.keys(env)).toHaveLength(4);
  withoutLangSmith({ langsmith: "off" }, env);
  expect(env).toEqual({ OTHER: "stays" });
});

test("turned on without a key, nothing starts", () => {
  expect(() => loadConfig({ MANDATE_LANGSMITH: "on" }, "/none")).toThrow(/set LANGSMITH_API_KEY/);
});
