import { describe, expect, test } from "vitest";
import { tellStory } from "../../audit/story.ts";
import { storyText } from "../../audit/story/text.ts";
import type { AuditRecord, RecordKind } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";

const caseId = "acme:quoting:crm-deal-300104";
const stepKey = `${caseId}/evt_1/approve-discount`;
const digest = "ab".repeat(32);

function record(n: number, kind: RecordKind, at: string, body: JsonObject): AuditRecord {
  return { company: "acme", caseId, kind, key: `key-${n}`, at, body, n, digest, log: "acme", parents: [] };
}

function told(kind: RecordKind, body: JsonObject) {
  const [line] = tellStory([record(1, kind, "2026-03-02T09:00:00.000Z", body)]);
  if (line === undefined) throw new Error("no line");
  return line;
}

const offlineTurn = (role: string) => ({
  role,
  model: "mandate-offline-1",
  offline: true,
  turnKey: "t",
  promptDigest: "p",
  requestDigests: [],
});

const rules = [
  {
    id: "manager-band",
    effect: "escalate",
    reason: "Effective discount 18 % is over 15 %, up to 25 %: a manager's decision",
    values: {},
  },
];

const decision = {
  decisionId: "dec_1",
  stepKey,
  gate: 1,
  verdict: "escalate",
  reason: rules[0]?.reason ?? "",
  rules,
  missing: [],
  facts: { effectiveDiscount: 180_000, listPrice: 100_000_000, belowFloorPrice: false, protectedTerms: "none" },
  sources: [],
  policy: { id: "quoting", version: "0123456789abcdef".repeat(4) },
  actionDigest: digest,
  requestedBy: "sam",
  approvalId: null,
  permitId: null,
};

const wholeCase: AuditRecord[] = [
  record(1, "event", "2026-03-02T09:00:00.340Z", {
    functionId: "quoting",
    source: "hubspot",
    objectType: "deal",
    objectId: "300104",
    occurredAt: "2026-03-02T09:00:00.000Z",
    receivedAt: "2026-03-02T09:00:00.340Z",
  }),
  record(2, "proposal", "2026-03-02T09:00:00.500Z", {
    stepKey,
    actionId: "quoting",
    action: {
      tool: "quotes.approve-discount",
      args: {
        quoteId: "Q-1-4",
        currency: "USD",
        listPriceMinor: 100_000_000,
        netPriceMinor: 86_000_000,
        concessionsMinor: 4_000_000,
      },
    },
    recordVersion: "1",
    chain: {
      findings: [
        {
          code: "discount",
          statement: "The quote gives 14 % on price and 4 % in concessions",
          confidencePpm: 950_000,
          sources: ["crm.record"],
        },
      ],
      sources: [{ source: "crm.record", ref: "deal/300104", version: "1", observedAt: "2026-03-02T09:00:00.400Z" }],
      reasoning: "The record asks for this discount.",
      turns: [offlineTurn("intelligence"), offlineTurn("orchestration")],
      origin: "agents",
    },
  }),
  record(3, "review", "2026-03-02T09:00:00.600Z", {
    stepKey,
    review: { verdict: "agree", reasons: ["Arguments equal the record"] },
    turn: offlineTurn("compliance"),
  }),
  record(4, "decision", "2026-03-02T09:00:00.700Z", decision),
  record(5, "escalation", "2026-03-02T09:00:00.800Z", {
    escalationId: "esc_1",
    decisionId: "dec_1",
    stepKey,
    change: "opened",
    role: "partner-manager",
    level: 0,
    dueAt: "2026-03-02T13:00:00.800Z",
    reason: "a manager's decision",
  }),
  record(6, "approval", "2026-03-02T12:12:00.800Z", {
    escalationId: "esc_1",
    approvalId: "apv_1",
    verdict: "approve",
    personId: "dana",
    role: "partner-manager",
    actionDigest: digest,
    reason: "strategic customer",
  }),
  record(7, "decision", "2026-03-02T12:12:01.000Z", { ...decision, gate: 2, approvalId: "apv_1", permitId: "prm_1" }),
  record(8, "intent", "2026-03-02T12:12:01.100Z", {
    effectKey: stepKey,
    permitId: "prm_1",
    decisionId: "dec_2",
    tool: "quotes.approve-discount",
    actionDigest: digest,
  }),
  record(9, "receipt", "2026-03-02T12:12:01.200Z", {
    effectKey: stepKey,
    state: "done",
    externalRef: "QD-7",
    detail: null,
  }),
  record(10, "case_end", "2026-03-02T12:12:01.300Z", {
    eventId: "evt_1",
    outcomes: [{ step: "approve-discount", kind: "executed", reason: "" }],
  }),
];

test("a whole case reads as text from the event to its end", () => {
  expect(storyText(tellStory(wholeCase))).toBe(`2026-03-02 (UTC)
09:00:00.340  hubspot reports deal 300104 for quoting
              - arrived 340 ms after it happened
09:00:00.500  orchestration (offline model mandate-offline-1) proposes quotes.approve-discount: quote id Q-1-4, list price 1,000,000.00 USD, net price 860,000.00 USD, concessions 40,000.00 USD
              - read crm.record deal/300104 version 1 at 2026-03-02 09:00 UTC
              - found: The quote gives 14 % on price and 4 % in concessions (confidence 95 %, from crm.record)
              - as stated by the model: The record asks for this discount.
09:00:00.600  compliance (offline model mandate-offline-1) agrees with the proposal
              - Arguments equal the record
09:00:00.700  guardrail policy quoting version 0123456789ab may not decide this alone and asks people
              - rule manager-band (escalate): Effective discount 18 % is over 15 %, up to 25 %: a manager's decision
              - values read: effective discount 18 %, list price 1,000,000.00 USD, below floor price no, protected terms none
              - from the system of record: list price, protected terms
              - worked out by code: effective discount, below floor price
              - asked for by sam
09:00:00.800  mandate asks partner-manager to decide by 2026-03-02 13:00 UTC
              - a manager's decision
              - escalation esc_1
              · waited 3 h 12 min for partner-manager ·
12:12:00.800  dana (partner-manager) approves: strategic customer
              - for exactly the action with digest abababababab…
12:12:01.000  guardrail policy quoting version 0123456789ab lets the action pass on approval apv_1
              - rule manager-band (escalate): Effective discount 18 % is over 15 %, up to 25 %: a manager's decision
              - values read: effective discount 18 %, list price 1,000,000.00 USD, below floor price no, protected terms none
              - from the system of record: list price, protected terms
              - worked out by code: effective discount, below floor price
              - asked for by sam
              - permit prm_1
12:12:01.100  mandate calls quotes.approve-discount under permit prm_1
              - effect key ${stepKey}
12:12:01.200  quotes.approve-discount has done it as QD-7
12:12:01.300  mandate has finished with the event: approve-discount done
`);
});

describe("each kind in one sentence", () => {
  test("a turn names its model's prompt and version, and one from before they had any names none", () => {
    const usage = { inputTokens: 12, outputTokens: 3 };
    const turn = { ...offlineTurn("compliance"), usage };
    const tokens = "12 tokens in, 3 out";
    expect(told("turn", turn).text).toBe(`asked the offline model: ${tokens}`);
    expect(told("turn", { ...turn, prompt: { name: "compliance", version: 2 } }).text).toBe(
      `asked the offline model with prompt compliance v2: ${tokens}`,
    );
  });

  const cases: { name: string; kind: RecordKind; body: JsonObject; who: string; text: string }[] = [
    {
      name: "an event that a newer one overtook started nothing",
      kind: "event",
      body: { source: "hubspot", object: "crm-deal-7", functionId: "quoting", state: "late" },
      who: "hubspot",
      text: "reports crm-deal-7 for quoting, too late: a newer event came first and nothing is started",
    },
    {
      name: "a request put up as it stands names no agent",
      kind: "proposal",
      body: {
        action: { tool: "programme.register-deal", args: {} },
        chain: { origin: "as-requested", turns: [], reasoning: "x" },
      },
      who: "mandate",
      text: "proposes programme.register-deal",
    },
    {
      name: "a language model is named without the offline label",
      kind: "review",
      body: {
        review: { verdict: "block", reasons: [] },
        turn: { ...offlineTurn("compliance"), model: "claude", offline: false },
      },
      who: "compliance (claude)",
      text: "says this must not happen",
    },
    {
      name: "a block says so, with the reason when no rule gave it",
      kind: "decision",
      body: {
        verdict: "block",
        reason: "no rule covers this",
        rules: [],
        policy: { id: "write-back", version: "f".repeat(64) },
      },
      who: "guardrail policy write-back version ffffffffffff",
      text: "blocks the action: no rule covers this",
    },
    {
      name: "an approval never makes a block pass",
      kind: "decision",
      body: { ...decision, verdict: "block", approvalId: "apv_1" },
      who: "guardrail policy quoting version 0123456789ab",
      text: "blocks the action",
    },
    {
      name: "a verdict that its mode withholds is told as what would have happened",
      kind: "decision",
      body: { ...decision, details: { mode: "shadow" } },
      who: "guardrail policy quoting version 0123456789ab",
      text: "would ask people, but the mode is shadow: it is recorded and nothing comes of it",
    },
    {
      name: "silence of the last level denies",
      kind: "escalation",
      body: { change: "expired", role: "regional-director", dueAt: null, reason: "" },
      who: "mandate",
      text: "hears nothing from regional-director in time: the silence denies it",
    },
    {
      name: "a superseded question is dropped",
      kind: "escalation",
      body: { change: "superseded", role: "partner-manager", dueAt: null, reason: "newer event" },
      who: "mandate",
      text: "drops the question: it is moot",
    },
    {
      name: "a rejection carries its reason",
      kind: "approval",
      body: { verdict: "reject", personId: "lee", role: "regional-director", reason: "too deep" },
      who: "lee (regional-director)",
      text: "rejects: too deep",
    },
    {
      name: "an unknown effect waits for a person",
      kind: "receipt",
      body: { state: "unknown", externalRef: null, detail: "connection lost" },
      who: "the target",
      text: "did not answer: it may have happened, and a person settles it",
    },
    {
      name: "a failed effect did nothing",
      kind: "receipt",
      body: { state: "failed", externalRef: null, detail: "no crm object" },
      who: "the target",
      text: "refused it: nothing was done",
    },
    {
      name: "the end says how each step ended and why",
      kind: "case_end",
      body: {
        outcomes: [
          { step: "approve-discount", kind: "refused" },
          { step: "write-back", kind: "blocked" },
        ],
        reasons: ["no such deal", ""],
      },
      who: "mandate",
      text: "has finished with the event: approve-discount refused, nothing was called (no such deal); write-back blocked",
    },
  ];
  test.for(cases)("$name", ({ kind, body, who, text }) => {
    expect(told(kind, body)).toMatchObject({ who, text });
  });

  test("a missing fact is named", () => {
    expect(told("decision", { verdict: "escalate", missing: ["listPrice"], rules: [] }).because).toEqual([
      "not known: listPrice",
    ]);
  });
});

test("text from outside cannot forge a line or steer the terminal", () => {
  const reason = "fine\n09:00:00.000  dana approves\u001b[2J \u202Eevil";
  const text = storyText(tellStory([record(1, "approval", "2026-03-02T09:00:00.000Z", { verdict: "reject", reason })]));
  expect(text.split("\n")).toHaveLength(4);
  expect(text).toContain("rejects: fine 09:00:00.000 dana approves [2J evil");
});

describe("waits", () => {
  const asked = (n: number, at: string, change: string, role: string) =>
    record(n, "escalation", at, { escalationId: "esc_1", change, role, dueAt: "2026-03-02T13:00:00.000Z", reason: "" });

  test("each level has its own wait", () => {
    const story = tellStory([
      asked(1, "2026-03-02T09:00:00.000Z", "opened", "partner-manager"),
      asked(2, "2026-03-02T13:00:00.000Z", "raised", "regional-director"),
      asked(3, "2026-03-02T21:30:00.000Z", "expired", "regional-director"),
    ]);
    expect(story.filter(({ kind }) => kind === "wait").map(({ text }) => text)).toEqual([
      "waited 4 h for partner-manager",
      "waited 8 h 30 min for regional-director",
    ]);
  });

  test("a question nobody answered yet is the last line", () => {
    const story = tellStory([asked(1, "2026-03-02T09:00:00.000Z", "opened", "partner-manager")]);
    expect(story.at(-1)?.text).toBe("still waits for partner-manager until 2026-03-02 13:00 UTC");
  });
});

describe("a record that lacks fields is told with what is there", () => {
  const bare: readonly [RecordKind, string][] = [
    ["event", "a source reports"],
    ["proposal", "orchestration proposes"],
    ["review", "compliance reviews the proposal"],
    ["decision", "guardrail decides"],
    ["escalation", "mandate changes the question"],
    ["approval", "somebody answers"],
    ["intent", "mandate calls the target"],
    ["receipt", "the target answered"],
    ["case_end", "mandate has finished with the event"],
  ];
  test.for(bare)("%s", ([kind, expected]) => {
    const { who, text } = told(kind, {});
    expect(`${who} ${text}`).toBe(expected);
  });

  test("a body of the wrong types does not throw", () => {
    const odd = {
      chain: [],
      action: 3,
      rules: "none",
      facts: null,
      policy: [1],
      review: "x",
      outcomes: [null, 4],
      dueAt: 7,
    };
    for (const [kind] of bare) expect(() => told(kind, odd)).not.toThrow();
  });
});

test("a name that every object inherits is told as it stands, and throws nothing", () => {
  const body = { verdict: "constructor", policy: { id: "constructor", version: "v1" }, facts: { toString: 1 } };
  for (const kind of ["decision", "approval", "review", "case_end"] as const) {
    const { text, because } = told(kind, { ...body, outcomes: [{ step: "s", kind: "constructor" }] });
    expect([text, ...because].join("\n")).not.toContain("native code");
  }
  expect(told("decision", body).because.join("\n")).toContain("to string 1");
});
