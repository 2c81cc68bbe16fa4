import { expect, test, describe, onTestFinished } from "vitest";
import { createAgents } from "../../agents/agents.ts";
import type { Budget } from "../../agents/budget.ts";
import { AgentFault } from "../../agents/fault.ts";
import { MAX_OUTPUT_TOKENS, STEP_PATIENCE_MS, TURN_PATIENCE_MS } from "../../agents/limits.ts";
import { priceAt } from "../../domain/model-prices.ts";
import { createOfflineModel } from "../../agents/models/offline.ts";
import type { ChatModelPort } from "../../agents/models/port.ts";
import type { Patience } from "../../agents/patience.ts";
import type { ModelStanding } from "../../agents/standing.ts";
import { digestOf } from "../../audit/digest.ts";
import { firstActionOf, functionOf } from "../../functions/index.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { quoteReadings, quoteTurn, readTools } from "./readings.ts";
import { calls, namedModel, type Line } from "./scripted-model.ts";
import { virtualClock } from "./virtual-clock.ts";

const args = firstActionOf("quoting").requested(quoteReadings()["crm.record"])?.args ?? {};
const proposal = calls("propose_action", { args, reasoning: "By a model." });
const review = calls("review_proposal", { verdict: "agree", reasons: [] });

const http = (status: number, headers: Record<string, string> = {}): Line => ({
  error: Object.assign(new Error(`status ${status}`), { status, headers: new Headers(headers) }),
});
const overloaded = (times: number) => Array.from({ length: times }, () => http(529));

/** Agents that wait by a clock which only sleeping moves. */
function patient(first: ChatModelPort, more: Omit<Partial<Patience>, "clock"> = {}) {
  const clock = virtualClock();
  const standings: ModelStanding[] = [];
  const { tools } = readTools(quoteReadings());
  const agents = createAgents({
    model: first,
    ledger: memoryLedger(),
    readTools: tools,
    digest: digestOf,
    patience: {
      clock,
      standIn: createOfflineModel(),
      onStanding: (standing) => void standings.push(standing),
      ...more,
    },
  });
  return { agents, clock, standings };
}

const plain = createAgents({
  model: createOfflineModel(),
  ledger: memoryLedger(),
  readTools: readTools(quoteReadings()).tools,
  digest: digestOf,
});
const findings = await plain.gatherFindings(quoteTurn);
const proposed = await plain.proposeAction(quoteTurn, findings);

describe("a turn waits for its model", () => {
  test("while that is overloaded, and is done by it when it answers in time", async () => {
    const { agents, clock } = patient(namedModel("busy", ...overloaded(3), proposal));
    const begunMs = clock.now();
    const { reasoning, citation, work } = await agents.proposeAction(quoteTurn, findings);
    expect({ reasoning, model: citation.model, standIn: citation.standIn }).toEqual({
      reasoning: "By a model.",
      model: "busy",
      standIn: undefined,
    });
    expect(work.tried).toEqual([
      { model: "busy", fault: "MODEL_UNAVAILABLE", message: "model answered `529`", times: 3, tookMs: 0 },
    ]);
    expect(clock.now() - begunMs).toBe(500 + 1_000 + 2_000);
  });

  test("for 10 s, and is then done by the deterministic reasoner, which says so", async () => {
    const { agents, clock } = patient(namedModel("busy", ...overloaded(20)));
    const begunMs = clock.now();
    const { action, reasoning, citation } = await agents.proposeAction(quoteTurn, findings);
    expect(clock.now() - begunMs).toBeLessThanOrEqual(TURN_PATIENCE_MS);
    expect(clock.now() - begunMs).toBeGreaterThan(TURN_PATIENCE_MS / 2);
    expect(action.args).toEqual(args);
    expect(reasoning).toMatch(/^Written by the offline deterministic model/);
    expect(citation).toMatchObject({
      model: "mandate-offline-1",
      offline: true,
      standIn: { for: "busy", fault: "MODEL_UNAVAILABLE" },
    });
  });

  test.for([
    ["that asks to be left alone for 3 s", "3", undefined, 3_000],
    ["that asks to be left alone for longer than that", "60", { for: "busy", fault: "MODEL_RATE_LIMITED" }, 0],
  ] as const)("%s", async ([, seconds, standIn, tookMs]) => {
    const { agents, clock } = patient(namedModel("busy", http(429, { "retry-after": seconds }), proposal));
    const begunMs = clock.now();
    const { citation } = await agents.proposeAction(quoteTurn, findings);
    expect({ standIn: citation.standIn, tookMs: clock.now() - begunMs }).toEqual({ standIn, tookMs });
  });

  test("that falls silent: the call ends, and the wait was one", async () => {
    const clockOf: { pass?: () => void } = {};
    const { agents, clock } = patient(namedModel("mute", { hangs: () => clockOf.pass?.() }));
    clockOf.pass = () => clock.passToNext();
    const { citation, work } = await agents.proposeAction(quoteTurn, findings);
    expect(citation.standIn).toEqual({ for: "mute", fault: "MODEL_UNAVAILABLE" });
    expect(work.tried).toEqual([
      { model: "mute", fault: "MODEL_UNAVAILABLE", message: "model fell silent", times: 1, tookMs: TURN_PATIENCE_MS },
    ]);
  });

  test("no longer than its step may, and not at all when that is over", async () => {
    const { agents, clock } = patient(namedModel("busy", ...overloaded(20), proposal));
    const untilMs = clock.now() + 2_000;
    const { citation } = await agents.proposeAction(quoteTurn, findings, { untilMs });
    expect([citation.standIn?.fault, clock.now() <= untilMs]).toEqual(["MODEL_UNAVAILABLE", true]);
    const silent = namedModel("never asked");
    const late = patient(silent);
    const { citation: other } = await late.agents.proposeAction(quoteTurn, findings, { untilMs: late.clock.now() });
    expect([other.standIn, silent.asked]).toEqual([{ for: "never asked", fault: "MODEL_WAIT_OVER" }, []]);
  });

  test("three turns of a step together no longer than 27 s, whatever the model does", async () => {
    const clockOf: { pass?: () => void } = {};
    const hang: Line = { hangs: () => clockOf.pass?.() };
    const { agents, clock } = patient(namedModel("mute", hang, hang, hang, hang, hang, hang));
    clockOf.pass = () => clock.passToNext();
    const begunMs = clock.now();
    const watch = { untilMs: begunMs + STEP_PATIENCE_MS };
    const found = await agents.gatherFindings(quoteTurn, watch);
    const wanted = await agents.proposeAction(quoteTurn, found, watch);
    const { review: given } = await agents.reviewProposal(quoteTurn, found, wanted, watch);
    expect(given.verdict).toBe("agree");
    expect(clock.now() - begunMs).toBeLessThanOrEqual(STEP_PATIENCE_MS);
  });
});

describe("a second model", () => {
  test("is asked when the first does not answer", async () => {
    const first = namedModel("first", http(529));
    const { agents } = patient(first, { second: namedModel("second", proposal) });
    const { citation, work } = await agents.proposeAction(quoteTurn, findings);
    expect({ model: citation.model, offline: citation.offline, standIn: citation.standIn }).toEqual({
      model: "second",
      offline: false,
      standIn: undefined,
    });
    expect(work.tried.map(({ model, fault }) => [model, fault])).toEqual([["first", "MODEL_UNAVAILABLE"]]);
  });

  test("may fail too: the reasoner stands in for the first", async () => {
    const { agents } = patient(namedModel("first", http(401)), { second: namedModel("second", http(404)) });
    const { citation, work } = await agents.proposeAction(quoteTurn, findings);
    expect(citation.standIn).toEqual({ for: "first", fault: "MODEL_KEY_REFUSED" });
    expect(work.tried.map(({ model, fault }) => [model, fault])).toEqual([
      ["first", "MODEL_KEY_REFUSED"],
      ["second", "MODEL_UNKNOWN"],
    ]);
  });
});

describe("what would repeat is not waited out", () => {
  const prose: Line = { text: "Approved!", stopReason: "end_turn" };
  test.for<readonly [string, readonly Line[], string]>([
    ["a key that is refused", [http(401)], "MODEL_KEY_REFUSED"],
    ["a request that does not fit", [http(400)], "MODEL_REQUEST_INVALID"],
    ["a refusal", [{ stopReason: "refusal" }], "MODEL_REFUSED"],
    ["an answer that is unusable to the last", [prose, prose, prose], "MODEL_ANSWER_UNUSABLE"],
  ])("%s", async ([, lines, fault]) => {
    const { agents, clock } = patient(namedModel("wrong", ...lines));
    const begunMs = clock.now();
    const { citation } = await agents.proposeAction(quoteTurn, findings);
    expect([citation.standIn, clock.now() - begunMs]).toEqual([{ for: "wrong", fault }, 0]);
  });

  test("but a review that the model refuses to give is nobody's: people look", async () => {
    const { agents } = patient(namedModel("wary", { stopReason: "refusal" }));
    const refused: unknown = await agents
      .reviewProposal(quoteTurn, findings, proposed)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "MODEL_REFUSED", retryable: false, tried: [{ model: "wary", times: 1 }] });
  });
});

describe("a model that has been away for as long as a turn waits", () => {
  test("is not waited for anew by each turn, and one call now and then finds it back", async () => {
    const model = namedModel("gone", ...overloaded(7), review);
    const { agents, clock, standings } = patient(model);
    await agents.proposeAction(quoteTurn, findings);
    clock.pass(2_000);
    const askedBefore = model.asked.length;
    const begunMs = clock.now();
    for (let turn = 0; turn < 5; turn += 1) {
      const { citation } = await agents.reviewProposal(quoteTurn, findings, proposed);
      expect(citation.standIn?.fault).toBe("MODEL_UNAVAILABLE");
    }
    expect([clock.now() - begunMs, model.asked.length - askedBefore]).toEqual([0, 1]);
    clock.pass(2_000);
    const { citation } = await agents.reviewProposal(quoteTurn, findings, proposed);
    expect(citation).toMatchObject({ model: "gone", offline: false });
    expect(standings.at(-1)).toEqual({ model: "gone", state: "answers" });
  });

  test("is waited for again when nobody asked it for long", async () => {
    const { agents, clock } = patient(namedModel("gone", ...overloaded(6), http(529), proposal));
    await agents.proposeAction(quoteTurn, findings);
    clock.pass(60_000);
    const { citation } = await agents.proposeAction({ ...quoteTurn, stepKey: "later" }, findings);
    expect(citation.model).toBe("gone");
  });
});

test("within a limit of calls a minute, turns wait for their place or are done without the model", async () => {
  const model = namedModel("paced", proposal, proposal, proposal);
  const { agents, clock } = patient(model, { callsPerMinute: 10 });
  const turn = (stepKey: string) => agents.proposeAction({ ...quoteTurn, stepKey }, findings);
  const begunMs = clock.now();
  expect((await turn("one")).citation.model).toBe("paced");
  expect(clock.now() - begunMs).toBe(0);
  expect((await turn("two")).citation.model).toBe("paced");
  expect(clock.now() - begunMs).toBe(6_000);
  const slow = patient(namedModel("slow", proposal, proposal), { callsPerMinute: 1 });
  await slow.agents.proposeAction({ ...quoteTurn, stepKey: "one" }, findings);
  const { citation } = await slow.agents.proposeAction({ ...quoteTurn, stepKey: "two" }, findings);
  expect(citation.standIn).toEqual({ for: "slow", fault: "MODEL_PACED" });
});

test("a turn that only a model can do is thrown with what was tried, to be waited for by whoever asked", async () => {
  const { agent } = functionOf("quoting");
  Object.assign(agent, { needsModel: ["orchestration"] });
  onTestFinished(() => void Reflect.deleteProperty(agent, "needsModel"));
  const { agents } = patient(namedModel("busy", ...overloaded(20)));
  const fault: unknown = await agents.proposeAction(quoteTurn, findings).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(AgentFault);
  expect(fault).toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: true, tried: [{ model: "busy" }] });
});

test("nobody who waits any more: the call ends, and nothing stands in", async () => {
  const leaving = new AbortController();
  const { agents } = patient(namedModel("mute", { hangs: () => leaving.abort(new Error("cancelled")) }));
  await expect(agents.proposeAction(quoteTurn, findings, { signal: leaving.signal })).rejects.toThrow("cancelled");
});

test("a step that no worker took up in time is told apart from a model that is slow, which nobody asked", async () => {
  const model = namedModel("well", proposal);
  const { agents, clock } = patient(model);
  const { citation } = await agents.proposeAction(quoteTurn, findings, {
    untilMs: clock.now(),
    cameLate: true,
  });
  expect([citation.standIn, model.asked.length]).toEqual([{ for: "well", fault: "STEP_LATE" }, 0]);
});

describe("a turn whose budget is spent", () => {
  const over = { scope: "company", measure: "microUsd", cap: 500_000, room: 12 };
  /** A budget that lets through so many calls. */
  function budgetOf(calls: number) {
    const told: object[] = [];
    const budget: Budget = {
      reserve: async (asked) => {
        told.push({ asked });
        return told.filter((one) => "asked" in one).length > calls ? { over } : { n: told.length };
      },
      end: async (_company, n, spent) => void told.push({ n, spent }),
      stop: async () => undefined,
    };
    return { budget, told };
  }

  test("is done by the deterministic reasoner, says so, and asks no model", async () => {
    const { budget } = budgetOf(0);
    const model = namedModel("claude-sonnet-5-5");
    const { agents, clock } = patient(model, { budget });
    const begunMs = clock.now();
    const { citation, work } = await agents.proposeAction(quoteTurn, findings);
    expect(citation.standIn).toEqual({ for: "claude-sonnet-5-5", fault: "MODEL_BUDGET_SPENT" });
    expect(work.tried).toMatchObject([
      {
        model: "claude-sonnet-5-5",
        fault: "MODEL_BUDGET_SPENT",
        message: "the budget of `company` has `12` of `500000` left in `microUsd`",
      },
    ]);
    expect([model.asked.length, clock.now() - begunMs]).toEqual([0, 0]);
  });

  test("and that only a model can do is for people", async () => {
    const { agent } = functionOf("quoting");
    Object.assign(agent, { needsModel: ["orchestration"] });
    onTestFinished(() => void Reflect.deleteProperty(agent, "needsModel"));
    const { agents } = patient(namedModel("claude-sonnet-5-5"), { budget: budgetOf(0).budget });
    const fault: unknown = await agents.proposeAction(quoteTurn, findings).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "MODEL_BUDGET_SPENT", retryable: false });
  });

  test("holds the most that a call can come to, settles what it came to, and gives back what was refused", async () => {
    const { budget, told } = budgetOf(9);
    const { agents } = patient(namedModel("claude-sonnet-5-5", ...overloaded(1), proposal), { budget });
    await agents.proposeAction(quoteTurn, findings);
    const [first, failed, second, settled] = told as { asked?: { tokens: number; microUsd: number }; n?: number }[];
    const { company, caseId } = quoteTurn;
    expect(first).toMatchObject({
      asked: {
        company,
        caseId,
        functionId: "quoting",
        model: "claude-sonnet-5-5",
        day: quoteTurn.at.slice(0, 10),
        ms: 45_000,
      },
    });
    expect(first?.asked?.tokens).toBeGreaterThan(MAX_OUTPUT_TOKENS);
    expect(failed).toEqual({ n: 1, spent: "released" });
    expect(second?.asked).toEqual(first?.asked);
    expect(settled).toEqual({ n: 3, spent: { tokens: 0, microUsd: 0, ms: 0 } });
    expect(told).toHaveLength(4);
  });

  test.for([
    ["a lost connection", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }), "unknown"],
    ["one that never came about", Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), "released"],
    ["a key that is refused", Object.assign(new Error("no"), { status: 401 }), "released"],
  ] as const)("counts what may be billed: %s", async ([, error, spent]) => {
    const { budget, told } = budgetOf(9);
    const { agents } = patient(namedModel("claude-sonnet-5-5", { error }, proposal), { budget });
    await agents.proposeAction(quoteTurn, findings);
    expect(told[1]).toEqual({ n: 1, spent });
  });

  test.for([
    ["switch/company", "MODEL_STOPPED", "the company is stopped by a switch"],
    ["switch/function/quoting", "MODEL_STOPPED", "the function quoting is stopped by a switch"],
  ] as const)("once %s is on, pays for no further call of a turn under way", async ([by, code, message]) => {
    const { budget, told } = budgetOf(9);
    const model = namedModel("claude-sonnet-5-5", { text: "neither this nor that" }, proposal);
    const stop = async () => (model.asked.length === 0 ? undefined : by);
    const { agents } = patient(model, { budget: { ...budget, stop } });
    const { citation, work } = await agents.proposeAction(quoteTurn, findings);
    expect([citation.standIn?.fault, work.tried[0]?.message]).toEqual([code, message]);
    expect([model.asked.length, told.filter((one) => "asked" in one).length]).toEqual([1, 1]);
  });

  test("its agent's own switch ends the turn: people look", async () => {
    const stop = async () => "switch/agent/orchestration";
    const { agents } = patient(namedModel("m", proposal), { budget: { ...budgetOf(9).budget, stop } });
    const fault: unknown = await agents.proposeAction(quoteTurn, findings).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "AGENT_STOPPED", retryable: false });
  });

  test("asks no model without a price where the budget has a cap in money", async () => {
    const budget: Budget = {
      reserve: async ({ microUsd }) => (microUsd === undefined ? { over } : { n: 1 }),
      end: async () => {},
      stop: async () => undefined,
    };
    const { agents } = patient(namedModel("unheard-of", proposal), { budget });
    const { work } = await agents.proposeAction(quoteTurn, findings);
    expect(work.tried).toMatchObject([
      { message: "model `unheard-of` has no price, and the budget of `company` has a cap in money" },
    ]);
  });
});

test.for([
  ["2026-01-01T00:00:00.000Z", 1],
  ["2026-06-30T23:59:59.999Z", 1],
  ["2026-07-01T00:00:00.000Z", 2],
  ["2030-01-01T00:00:00.000Z", 2],
] as const)("a price counts from its date on, and the first before it too: %s", ([at, price]) => {
  expect(
    priceAt(
      [
        { from: "2026-02-01", price: 1 },
        { from: "2026-07-01", price: 2 },
      ],
      at,
    ).price,
  ).toBe(price);
});
