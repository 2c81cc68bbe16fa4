import { describe, expect, test } from "vitest";
import { policyNameOf } from "../../../audit/case-file.ts";
import { disputeOf, type Dispute } from "../../../proof/dispute/dispute.ts";
import type { AuditRecord } from "../../../domain/audit-record.ts";
import type { CaseFile } from "../../../audit/case-file.ts";
import { detailsFixture } from "../../fixtures/details.ts";
import { shippingPolicy } from "../../fixtures/foreign-policy.ts";
import { answered, asked, decided, done, fileOf, quoteCase, quotingPolicies } from "./case-fixture.ts";

function disputed(file: CaseFile, decisionId = "dec_1"): Dispute {
  const dispute = disputeOf(file, decisionId);
  if (dispute === undefined) throw new Error(`nothing tells of ${decisionId}`);
  return dispute;
}

const texts = (said: readonly { readonly text: string }[]) => said.map(({ text }) => text).join(" ");

/** The same file without a field of the records of one kind, as after an erasure. */
function without(file: CaseFile, kind: AuditRecord["kind"], names: readonly string[], erased?: string): CaseFile {
  const records = file.records.map((record) => {
    if (record.kind !== kind) return record;
    const body = Object.fromEntries(Object.entries(record.body).filter(([name]) => !names.includes(name)));
    return { ...record, body, ...(erased !== undefined && { erased }) };
  });
  return { ...file, records };
}

test("a decision that no record of the case tells of has no file", async () => {
  expect(disputeOf(await quoteCase(120_000), "dec_other")).toBeUndefined();
});

describe("what was asked", () => {
  test("is the action in words and with amounts, from the proposal's record", async () => {
    const { asked: told } = disputed(await quoteCase(180_000));
    expect(told).toMatchObject({ n: 2, by: "sam", tool: "quotes.approve-discount" });
    expect(told.sentence).toBe("partner-7, selling, asks 18 % off 100,000.00 USD on quote Q-1001");
    expect(told.args).toContainEqual({ name: "net price", text: "82,000.00 USD" });
    expect(told.trigger?.text).toBe("hubspot reported crm-deal-1001, as of 2026-03-02 09:00 UTC");
  });
});

describe("how it ended", () => {
  const permitted = { gate: 2, approvalId: "apv_1", permitId: "prm_1" };
  const cases: { name: string; file: () => Promise<CaseFile>; end: string }[] = [
    {
      name: "executed and done",
      file: () => quoteCase(120_000, done(), { decision: { permitId: "prm_1" } }),
      end: "It was done: QA-7.",
    },
    {
      name: "executed, and the target refused",
      file: () => quoteCase(120_000, done("failed"), { decision: { permitId: "prm_1" } }),
      end: "The target refused it: nothing was done.",
    },
    {
      name: "executed, and the target never answered",
      file: () => quoteCase(120_000, done("unknown"), { decision: { permitId: "prm_1" } }),
      end: "The target did not answer: whether it was done is not known.",
    },
    {
      name: "permitted and not taken up",
      file: () => quoteCase(120_000, [], { decision: { permitId: "prm_1" } }),
      end: "It was permitted; nothing done under the permit is recorded.",
    },
    {
      name: "approved, decided again and done",
      file: async () => {
        const gate = (await quoteCase(180_000, [], { decision: permitted })).records.at(-1)?.body ?? {};
        return quoteCase(180_000, [...answered("approve"), ["decision", gate], ...done()]);
      },
      end: "Approved by dana, as partner-manager. It was done: QA-7.",
    },
    {
      name: "rejected",
      file: () => quoteCase(180_000, answered("reject")),
      end: "Rejected by dana, as partner-manager: nothing was done.",
    },
    {
      name: "still waiting",
      file: () => quoteCase(180_000, answered("approve").slice(0, 1)),
      end: "It waits for whoever is partner-manager, until 2026-03-02 13:00 UTC: nothing has been done.",
    },
    {
      name: "approved by one of two",
      file: () => quoteCase(180_000, answered("approve", { missing: 1 })),
      end: "Approved by dana, as partner-manager. It waits for whoever is partner-manager, until 2026-03-02 13:00 UTC: nothing has been done.",
    },
    { name: "blocked", file: () => quoteCase(310_000), end: "It was blocked: nothing was done." },
    {
      name: "decided in shadow",
      file: () => quoteCase(120_000, [], { decision: { body: { details: detailsFixture({ mode: "shadow" }) } } }),
      end: "It was decided for the record only, in mode shadow: nothing was done.",
    },
  ];

  test.for(cases)("$name", async ({ file, end }) => {
    expect(texts(disputed(await file()).verdict.end)).toBe(end);
  });

  test("every sentence of it names a record that the timeline has", async () => {
    const { verdict, timeline } = disputed(await quoteCase(180_000, answered("reject")));
    expect(timeline.map(({ n }) => n)).toEqual(expect.arrayContaining(verdict.end.map(({ n }) => n)));
  });
});

test("a word that is in no table of ours is told as it stands, whatever it names", async () => {
  const file = await quoteCase(180_000, answered("approve", { verdict: "constructor" }));
  expect(disputed(file).people.at(-1)?.what).toMatch(/^constructor exactly the action with digest /);
  expect(disputed(file).timeline.every(({ text }) => typeof text === "string")).toBe(true);
});

describe("facts", () => {
  test("come in the policy's order and units, with their sources", async () => {
    const { facts } = disputed(await quoteCase(180_000));
    expect(facts.rows.slice(0, 3).map(({ name, text }) => [name, text])).toEqual([
      ["effectiveDiscount", "18 %"],
      ["worstLineDiscount", "18 %"],
      ["listPrice", "100,000.00 USD"],
    ]);
    expect(facts.readings).toEqual([
      { source: "crm.record", ref: "deal/1001", version: "7", observedAt: "2026-03-02T09:00:00.000Z" },
    ]);
  });

  test("say of a value that the policy cannot read that it is none", async () => {
    const { facts } = disputed(await quoteCase(180_000, [], { facts: { listPrice: "cheap" } }));
    expect(facts.rows).toContainEqual(
      expect.objectContaining({ name: "listPrice", text: "cheap", note: "not a value that the fact can take" }),
    );
  });
});

describe("reasoning", () => {
  test("of the offline model is labelled as stated by it, and as scripted", async () => {
    const { reasoning } = disputed(await quoteCase(120_000));
    expect(reasoning.label).toMatch(/^As stated by the model\..*offline deterministic model/);
    expect(reasoning.lines).toEqual(["First line.", "Second line."]);
    expect(reasoning.findings).toEqual([{ statement: "A finding", confidence: "95 %", sources: ["crm.record"] }]);
  });

  test("of a language model has no word of offline", async () => {
    const { reasoning } = disputed(await quoteCase(120_000, [], { offline: false }));
    expect(reasoning.label).not.toContain("offline");
  });
});

describe("rules", () => {
  test("that matched come with their conditions and the values read", async () => {
    const { explanation } = disputed(await quoteCase(180_000));
    expect(explanation?.rules.map(({ id, deciding }) => [id, deciding])).toEqual([["manager-band", true]]);
    expect(explanation?.rules[0]?.tree.map(({ text, read, truth }) => [text, read, truth])).toEqual([
      ["all of", null, "true"],
      ["effectiveDiscount is over 15 % (auto_max)", "18 %", "true"],
      ["effectiveDiscount is at most 25 % (manager_max)", "18 %", "true"],
    ]);
  });

  test("that nearly matched tell how far they were, the nearest first", async () => {
    const { nearMisses } = disputed(await quoteCase(180_000));
    expect(nearMisses.rules.slice(0, 2).map(({ id, change }) => [id, change.wanted, change.distance])).toEqual([
      ["within-mandate", "effectiveDiscount ≤ 15 %", "3 percentage points"],
      ["over-ceiling", "effectiveDiscount > 25 %", "over 7 percentage points"],
    ]);
  });

  test("two facts away are counted, not told", async () => {
    const suspended = { facts: { partnerStanding: "suspended" } };
    const { nearMisses } = disputed(await quoteCase(180_000, [], suspended));
    expect(nearMisses.rules.map(({ id }) => id)).not.toContain("within-mandate");
    expect(nearMisses.farther).toBeGreaterThan(0);
  });

  test("beside the policy's own, what Compliance said is told", async () => {
    const rule = { id: "compliance-review", effect: "block", reason: "no", values: {} };
    const { beside } = disputed(
      await quoteCase(120_000, [], { decision: { body: { verdict: "block", rules: [rule] } } }),
    );
    expect(beside.map(({ id }) => id)).toEqual(["compliance-review"]);
  });

  test("that are not the recorded ones when asked again are a warning", async () => {
    const { verdict } = disputed(await quoteCase(120_000, [], { decision: { body: { rules: [] } } }));
    expect(verdict.check.isAlarm).toBe(true);
  });
});

describe("the smallest change", () => {
  test("of an escalation goes towards passing, and towards being blocked", async () => {
    const { ways } = disputed(await quoteCase(180_000));
    expect(ways.map(({ verdict, changes }) => [verdict, ...changes.map(({ wanted }) => wanted)])).toEqual([
      ["execute", "effectiveDiscount ≤ 15 %"],
      ["block", "effectiveDiscount > 25 %"],
    ]);
  });

  test.for([
    ["14 %", 140_000, "over 1 percentage point"],
    ["exactly 15 %", 150_000, "none: it stood on the line itself"],
  ] as const)("of %s tells how near the line was", async ([, ppm, distance]) => {
    const { ways } = disputed(await quoteCase(ppm));
    expect(ways.find(({ verdict }) => verdict === "escalate")?.changes[0]?.distance).toBe(distance);
  });

  test("is none where something stands in the way whatever is asked", async () => {
    const { ways } = disputed(await quoteCase(120_000, [], { facts: { partnerStanding: "suspended" } }));
    expect(ways.map(({ verdict, obstacles }) => [verdict, obstacles])).toEqual([
      ["execute", ["rule partner-suspended (partnerStanding is suspended)"]],
      ["escalate", ["rule partner-suspended (partnerStanding is suspended)"]],
    ]);
  });

  test("is drawn among the lines, each stretch with its verdict and its ends", async () => {
    const { rulers } = disputed(await quoteCase(180_000));
    const discount = rulers.find(({ fact }) => fact === "effectiveDiscount");
    expect(discount?.bands.map(({ until, hasUntil, verdict }) => [until, hasUntil, verdict]).slice(0, 2)).toEqual([
      [150_000, true, "execute"],
      [250_000, true, "escalate"],
    ]);
  });
});

describe("limits", () => {
  test("stand as they were read, in the unit of what they count", async () => {
    const reading = { id: "quarter-discount", account: "ab", window: null, used: 100, reserved: 200, asked: 300 };
    const limits = [{ ...reading, cap: 60_000_000, admitted: true, warned: true }];
    const body = { details: detailsFixture({ limits }) };
    expect(disputed(await quoteCase(120_000, [], { decision: { body } })).limits).toEqual([
      {
        id: "quarter-discount",
        counts: "discountAmount per partner, with every policy that shares it",
        window: "no window",
        used: "1.00 USD",
        reserved: "2.00 USD",
        asked: "3.00 USD",
        cap: "600,000.00 USD",
        result: "within, past its warning",
      },
    ]);
  });
});

describe("a policy of another domain", () => {
  test("is told in its own facts, without any function of the programme", async () => {
    const { policy, version, document } = shippingPolicy();
    const facts = { hours: 60, worth: 12_000, isCleared: true };
    const decision = await decided(policy, version, facts);
    const file = fileOf([decision], { [policyNameOf("shipping", version)]: document });
    const { facts: told, ways, asked: request, reasoning } = disputed(file);
    expect(told.rows.map(({ title, text }) => [title, text])).toEqual([
      ["Hours on the road", "60"],
      ["Declared worth", "120.00 USD"],
      ["Customs cleared it", "yes"],
    ]);
    expect(ways[0]?.changes[0]?.wanted).toBe("hours ≤ 48");
    expect([request.n, request.sentence]).toEqual([0, "The proposal is not among the records of this case"]);
    expect(reasoning.gone).toBe("no proposal is among the records of this case");
  });
});

describe("a policy that cannot be read again", () => {
  const outcome = async (policies: CaseFile["policies"]) => {
    const { verdict, explanation, nearMisses, ways } = disputed({ ...(await quoteCase(180_000)), policies });
    expect({ explanation, near: nearMisses.rules, ways }).toEqual({ explanation: null, near: [], ways: [] });
    return verdict.check.text;
  };

  test("because it is not in the file", async () => {
    expect(await outcome({})).toBe(
      "The rules could not be asked again: policy quoting of this version is not in the file.",
    );
  });

  test("because it was changed since", async () => {
    const changed = Object.fromEntries(Object.keys(quotingPolicies).map((name) => [name, "{}"]));
    expect(await outcome(changed)).toContain("its digest is another");
  });
});

describe("what was erased or withheld", () => {
  test("is nothing in a case that can be read whole", async () => {
    const file = await quoteCase(180_000, answered("approve"));
    expect(disputed(file).gone).toEqual([]);
  });

  test("facts that were erased are said to be, with the erasure's record, and nothing is made up for them", async () => {
    const whole = await quoteCase(180_000, [
      ["erasure", { subject: "sub_1", ground: "request", records: 1, person: "p", reason: "r" }],
    ]);
    const erasure = whole.records.at(-1)?.key ?? "";
    const sealed = ["reason", "rules", "missing", "facts", "sources", "details", "actionDigest", "requestedBy"];
    const dispute = disputed(without(whole, "decision", sealed, erasure));
    expect(dispute.facts).toMatchObject({ rows: [], gone: "erased" });
    expect(dispute.gone).toEqual([{ n: 4, kind: "decision", fields: sealed, why: "erased, as record 5 tells" }]);
    expect(dispute.verdict).toMatchObject({
      verdict: "escalate",
      reason: "The reason is erased",
      mode: "erased",
      release: "erased",
    });
    expect([dispute.explanation, dispute.ways, dispute.rulers]).toEqual([null, [], []]);
  });

  test("a person who was erased keeps their role and loses their name and words", async () => {
    const file = await quoteCase(180_000, answered("reject"));
    const { people, verdict } = disputed(without(file, "approval", ["personId", "reason"], "acme/erasure/9"));
    expect(people.at(-1)).toMatchObject({
      who: "somebody whose name is erased, as partner-manager",
      reason: "erased",
    });
    expect(texts(verdict.end)).toContain("Rejected by somebody whose name is erased, as partner-manager");
  });

  test("a field that is sealed and not in the file is withheld, not erased", async () => {
    const { reasoning } = disputed(without(await quoteCase(180_000), "proposal", ["chain"]));
    expect(reasoning).toMatchObject({ lines: [], gone: "withheld" });
  });

  test("a large value that is kept elsewhere counts as withheld", async () => {
    const [event, proposal, ...rest] = asked(8_200_000);
    if (event === undefined || proposal === undefined) throw new Error("no proposal");
    const chain = { blob: { sha256: "ab".repeat(32) } };
    const file = fileOf([event, [proposal[0], { ...proposal[1], chain }], ...rest]);
    const decision = (await quoteCase(180_000)).records.at(-1);
    if (decision === undefined) throw new Error("no decision");
    const { gone } = disputed({ ...file, records: [...file.records, decision] });
    expect(gone).toEqual([
      { n: 2, kind: "proposal", fields: ["chain"], why: "withheld: it is sealed, and not in this file" },
    ]);
  });
});
