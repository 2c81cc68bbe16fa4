import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { chooseModel } from "../../agents/models/choose.ts";
import type { JsonObject } from "../../domain/json.ts";
import { firstActionOf } from "../../functions/index.ts";
import { agentsOn } from "./agents-under-test.ts";
import { quoteReadings, quoteTurn } from "./readings.ts";

/** The three turns through Claude's client, over HTTP: what travels is what the supplier's protocol allows. */
const mock = new LLMock({ port: 0, host: "127.0.0.1", strict: true });
beforeAll(async () => void (await mock.start()));
afterAll(async () => mock.stop());
beforeEach(() => {
  mock.clearFixtures();
  mock.clearRequests();
});
afterEach(() => vi.unstubAllEnvs());

const args = firstActionOf("quoting").requested(quoteReadings()["crm.record"])?.args ?? {};
const call = (name: string, given: JsonObject) => ({ toolCalls: [{ name, arguments: JSON.stringify(given) }] });
const finding = {
  code: "seen",
  statement: "Northwind is active.",
  confidencePpm: 950_000,
  sources: ["programme.deal-team"],
};

function answerAll() {
  mock
    .on(
      { systemMessage: "Role: Intelligence", hasToolResult: false },
      call("programme_deal-team", { dealId: "1001", crmPartner: "partner-7" }),
    )
    .on({ systemMessage: "Role: Intelligence", hasToolResult: true }, call("report_findings", { findings: [finding] }))
    .on({ systemMessage: "Role: Orchestration" }, call("propose_action", { args, reasoning: "As asked." }))
    .on({ systemMessage: "Role: Compliance" }, call("review_proposal", { verdict: "agree", reasons: [] }));
}

const claude = async () => chooseModel({ kind: "anthropic", apiKey: "test-key", baseUrl: mock.url });

test("Claude reads, proposes and reviews; each turn cites it by name and not as offline", async () => {
  answerAll();
  const { agents } = agentsOn(quoteReadings(), await claude());
  const findings = await agents.gatherFindings(quoteTurn);
  const proposal = await agents.proposeAction(quoteTurn, findings);
  const { review, citation } = await agents.reviewProposal(quoteTurn, findings, proposal);
  expect(findings.findings).toEqual([finding]);
  expect(proposal).toMatchObject({ action: { tool: "quotes.approve-discount", args }, reasoning: "As asked." });
  expect(review).toEqual({ verdict: "agree", reasons: [] });
  for (const cited of [findings.citation, proposal.citation, citation]) {
    expect(cited).toMatchObject({ model: "claude-sonnet-5-5", offline: false });
  }
  expect(mock.getRequests().map(({ response }) => response.status)).toEqual([200, 200, 200, 200]);
});

test("only the answering tool, and the readings that the record allows, are bound", async () => {
  answerAll();
  const { agents } = agentsOn(quoteReadings(), await claude());
  const findings = await agents.gatherFindings(quoteTurn);
  await agents.proposeAction(quoteTurn, findings);
  const bound = mock.getRequests().map(({ body }) => {
    const tools: unknown = body === null ? [] : Reflect.get(body, "tools");
    return Array.isArray(tools) ? tools.map((tool: { function: { name: string } }) => tool.function.name) : [];
  });
  const reading = ["report_findings", "programme_deal-team"];
  expect(bound).toEqual([reading, reading, ["propose_action"]]);
});

test("key and address come from the arguments, whatever the environment holds", async () => {
  for (const name of ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL"]) vi.stubEnv(name, "http://127.0.0.1:9");
  for (const name of ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"]) vi.stubEnv(name, "from-the-environment");
  vi.stubEnv("LANGSMITH_GATEWAY", "true");
  answerAll();
  await agentsOn(quoteReadings(), await claude()).agents.gatherFindings(quoteTurn);
  const headers = mock.getRequests().map(({ headers: sent }) => Object.keys(sent));
  expect(headers).toHaveLength(2);
  for (const sent of headers) {
    expect(sent).toContain("x-api-key");
    expect(sent).not.toContain("authorization");
  }
});

test("a supplier's delay reaches the caller, and its answers so far are kept", async () => {
  mock.on({ hasToolResult: false }, call("programme_deal-team", { dealId: "1001", crmPartner: "partner-7" }));
  mock.on(
    { hasToolResult: true },
    { error: { message: "slow down", type: "rate_limit_error" }, status: 429, retryAfter: 3 },
  );
  const { agents, ledger } = agentsOn(quoteReadings(), await claude());
  await expect(agents.gatherFindings(quoteTurn)).rejects.toMatchObject({
    name: "AgentFault",
    code: "MODEL_RATE_LIMITED",
    retryAfterMs: 3_000,
    retryable: true,
  });
  mock.clearFixtures();
  answerAll();
  await agents.gatherFindings(quoteTurn);
  expect({ asked: ledger.calls.map(({ seq }) => seq), requests: mock.getRequests().length }).toEqual({
    asked: [0, 1, 1],
    requests: 3,
  });
});
