import { describe, expect, test } from "vitest";
import { disclose, readDisclosure } from "../../audit/disclosure.ts";
import { settlementPart } from "../../audit/ledgers/effects.ts";
import { personalFields, publicFields } from "../../audit/public-fields.ts";
import { fieldAudiences, maySeeField, ownChain, toldParts } from "../../audit/told-parts.ts";
import { keptFindings } from "../../deciding/kept-findings.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { audiences, isFor, readerOf, type Audience, type Reader } from "../../domain/audience.ts";
import { recordKinds, type RecordKind } from "../../domain/audit-record.ts";
import type { Evidence, KeptFinding } from "../../domain/evidence.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { agentPart, type FactInput } from "../../functions/definition.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import { functionOf } from "../../functions/index.ts";
import { knownFacts } from "../../functions/known-facts.ts";
import { openRegistration, registrationInput, registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { quoteRecord, teamInput } from "../../functions/quoting/fixture.ts";
import { contractRecord, contractTeam, renewalInput, reply } from "../../functions/renewals/fixture.ts";
import { assignPartner } from "../../functions/renewals/assign-partner.ts";
import { certain } from "../../functions/shared/finding.ts";
import { readingAudiences } from "../../functions/shared/reading-audience.ts";
import { teamOf } from "../../functions/shared/fixture.ts";
import { disputeFiles } from "../../proof/dispute/folder.ts";
import { disputeIn } from "../../proof/dispute/filed.ts";
import { fileFor } from "../../proof/dispute/for-reader.ts";
import type { FiledCase, FiledRecord } from "../../proof/filed-case.ts";

const AT = "2026-03-02T09:00:00.000Z";
const COMPANY = "acme";
const OWN = "p-own";
const RIVAL = "p-rival";
const CASE = "acme:quoting:crm-deal-1";

/** What stands in one field, and nowhere else. */
const canary = (kind: string, field: string, whose: string) => `canary-${kind}-${field}-${whose}-end`;

/** Sealed fields that a kind of record has or could have; one that nobody has thought of is among them. */
const sealedFields: { readonly [K in RecordKind]?: readonly string[] } = {
  turn: ["calls", "work"],
  proposal: ["action", "chain", "shared", "theirs"],
  review: ["review", "turn"],
  decision: [
    "reason",
    "rules",
    "missing",
    "facts",
    "sources",
    "details",
    "actionDigest",
    "requestedBy",
    "requesterId",
    "letter",
  ],
  approval: ["actionDigest"],
  intent: ["actionDigest"],
  receipt: ["externalRef", "detail"],
  commitment: ["args", "externalRef"],
};

function fieldsOf(kind: RecordKind): string[] {
  return [...new Set([...(sealedFields[kind] ?? []), ...(personalFields[kind] ?? []), "unheardOf"])];
}

/** A record of that kind with a canary in every sealed field, as a file has it. */
function planted(
  n: number,
  kind: RecordKind,
  step: { stepKey: string; decisionId: string; partner: string },
): FiledRecord {
  const { partner, stepKey, decisionId } = step;
  const sealed = Object.fromEntries(
    fieldsOf(kind).map((field): [string, Json] => {
      const text = canary(kind, field, partner);
      if (field === "facts") return [field, { partner, note: text }];
      if (field === "shared" || field === "theirs") return [field, { asked: {}, findings: [{ statement: text }] }];
      if (field === "letter") return [field, { decided: text, reasons: [text] }];
      return [field, text];
    }),
  );
  const shown = { ...(publicFields[kind].includes("stepKey") && { stepKey }), effectKey: stepKey, decisionId };
  const fields = Object.fromEntries(Object.entries(shown).filter(([name]) => publicFields[kind].includes(name)));
  const others = ownOnly.has(kind) ? { named: canary(kind, "envelope", partner) } : {};
  const disclosures = Object.entries(sealed).map(([name, value]) => disclose("salt", name, value));
  return {
    n,
    kind,
    key: `${kind}/${n}`,
    at: AT,
    digest: "ab".repeat(32),
    body: { ...fields, ...sealed },
    log: COMPANY,
    parents: [],
    erased: null,
    disclosures,
    seq: n,
    proof: null,
    envelope: {
      actor: { type: "system", ref: "" },
      at: AT,
      case: { id: CASE, n },
      fields: { ...fields, ...others },
      key: `${kind}/${n}`,
      kind,
      log: COMPANY,
      parents: [],
      sd: [],
      typ: "audit/v1",
    },
  };
}

/** Kinds whose very envelope names others. */
const ownOnly: ReadonlySet<RecordKind> = new Set<RecordKind>(["agreement", "people", "quarantine", "batch", "plan"]);

/** A case with a step of the partner's and one of a rival's, each with a record of every kind. */
function plantedCase(): FiledCase {
  const steps = [OWN, RIVAL].map((partner) => ({
    partner,
    stepKey: `${CASE}/evt/${partner}`,
    decisionId: `dec_${partner}`,
  }));
  const records = steps.flatMap((step, at) =>
    recordKinds.map((kind, index) => planted(at * recordKinds.length + index + 1, kind, step)),
  );
  return {
    company: COMPANY,
    caseId: CASE,
    intact: true,
    records,
    cited: [planted(1, "prompt", { stepKey: "", decisionId: "", partner: "cited" })],
    policies: { "quoting 1": canary("policy", "document", "ours") },
  };
}

/** All that a reader gets of a folder: page, README and case file, as text, and what disclosures say. */
async function folderText(reader: string, decisionId: string): Promise<string | undefined> {
  const file = fileFor(plantedCase(), decisionId, reader);
  if (file === undefined) return undefined;
  const told = await disputeIn(file, decisionId);
  if (told === undefined) throw new Error("no dispute");
  const files = disputeFiles(told.dispute, file, { hasBundle: false, reader });
  const disclosed = [...file.records, ...file.cited].flatMap(({ disclosures }) => disclosures.map(readDisclosure));
  return [...files.map(({ text }) => text), JSON.stringify(disclosed)].join("\n");
}

const audienceOf = (kind: RecordKind, field: string): Audience => {
  const fields: { readonly [name: string]: Audience } = { ...(fieldAudiences as { [K in RecordKind]?: {} })[kind] };
  return fields[field] ?? "us";
};

describe("a dispute folder, of a case with a rival's step beside the partner's, a canary in every field", () => {
  const planting = [OWN, RIVAL].flatMap((whose) =>
    recordKinds.flatMap((kind) => fieldsOf(kind).map((field) => ({ whose, kind, field }))),
  );

  test("for the partner holds what is for the partner and for both of its own step, and nothing else", async () => {
    const text = (await folderText(OWN, `dec_${OWN}`)) ?? "";
    const found = planting.filter(({ kind, field, whose }) => text.includes(canary(kind, field, whose)));
    const meant = planting.filter(({ kind, field, whose }) => {
      return whose === OWN && isFor(audienceOf(kind, field), "partner") && kind !== "commitment";
    });
    // A commitment stands in the log that both keep, which is exported by itself.
    expect(found.filter(({ kind }) => kind !== "commitment")).toEqual(meant);
    expect(found.every(({ whose }) => whose === OWN)).toBe(true);
    expect(meant.length).toBeGreaterThan(3);
  });

  test("for us holds every field but what is for the partner alone", async () => {
    const text = (await folderText(COMPANY, `dec_${OWN}`)) ?? "";
    const absent = planting.filter(({ kind, field, whose }) => !text.includes(canary(kind, field, whose)));
    expect(absent.map(({ kind, field }) => `${kind}.${field}`)).toEqual(["proposal.theirs", "proposal.theirs"]);
  });

  test("no envelope goes out that names others, no policy and no prompt", async () => {
    const text = (await folderText(OWN, `dec_${OWN}`)) ?? "";
    expect(text).not.toMatch(/canary-\w+-envelope|canary-policy|-cited-end/);
    expect(text).not.toContain("canary-decision-facts");
  });

  test.for([
    ["the rival, of the partner's decision", RIVAL, `dec_${OWN}`],
    ["the partner, of the rival's decision", OWN, `dec_${RIVAL}`],
    ["a stranger", "p-nobody", `dec_${OWN}`],
    ["nobody", "", `dec_${OWN}`],
  ] as const)("there is none for %s", async ([, reader, decisionId]) => {
    expect(await folderText(reader, decisionId)).toBeUndefined();
  });
});

describe("over all pairs of audience and reader", () => {
  const pairs = [
    ["us", "us", true],
    ["us", "partner", false],
    ["us", "other", false],
    ["partner", "us", false],
    ["partner", "partner", true],
    ["partner", "other", false],
    ["both", "us", true],
    ["both", "partner", true],
    ["both", "other", false],
  ] as const satisfies readonly (readonly [Audience, Reader, boolean])[];

  test.for(pairs)("what is for %s goes to %s: %s", ([audience, reader, goes]) => {
    expect(isFor(audience, reader)).toBe(goes);
    const finding: KeptFinding = {
      code: "seen",
      statement: "canary",
      confidencePpm: 1,
      sources: ["crm.record"],
      audience,
      provenance: "record",
      observedAt: AT,
    };
    const chain = { findings: [finding], sources: [] };
    const parts = toldParts({ tool: "quotes.approve-discount", args: {} }, chain);
    const body = { chain: ownChain(chain), ...parts } as unknown as JsonObject;
    const seen = Object.entries(body).filter(([field]) => maySeeField(reader, "proposal", field));
    expect(JSON.stringify(seen).includes("canary")).toBe(goes);
  });

  test("the pairs are all there are, and what bears no audience is ours alone", () => {
    expect(new Set(pairs.map(([audience]) => audience))).toEqual(new Set(audiences));
    expect([isFor(undefined, "us"), isFor(undefined, "partner"), isFor(undefined, "other")]).toEqual([
      true,
      false,
      false,
    ]);
    const request = { company: COMPANY, partner: undefined };
    expect([readerOf("", request), readerOf(OWN, request), readerOf(COMPANY, request)]).toEqual([
      "other",
      "other",
      "us",
    ]);
  });
});

describe("what a function's findings tell a partner", () => {
  const others = {
    registration: "canary-reg",
    partner: "canary-rival",
    name: "Canary Rival Ltd",
  };
  const match = openRegistration(others.partner, { registrationId: others.registration, partnerName: others.name });
  const near = { likeness: "near", likenessPpm: 700_000, reasons: ["canary-reason"] };
  const rivalTeam = teamOf({ partnerId: OWN }, { partnerId: others.partner, name: others.name, role: "sell" });
  const contract = contractRecord({
    requested_partner_id: others.partner,
    customer_letter: "canary-letter",
    price_cap: "7.77%",
    health: "13",
    usage: "141.7%",
    co_term_with: "canary-contract",
  });
  const team = contractTeam({ partnerId: OWN }, { partnerId: others.partner, name: others.name, role: "deliver" });
  const cases: readonly (readonly [string, string, FactInput])[] = [
    ["deal-registration", "an overlap", registrationInput(registrationRecord(), {}, [match])],
    ["deal-registration", "a near match", registrationInput(registrationRecord(), {}, [{ ...match, ...near }])],
    [
      "deal-registration",
      "the vendor there already",
      registrationInput(registrationRecord({ vendor_engaged: "true" })),
    ],
    ["quoting", "several sellers and a floor", teamInput(quoteRecord({ quote_floor_price: "87777.77" }), rivalTeam)],
    ["renewals", "another partner wanted", renewalInput(assignPartner, contract, { team, reply: reply() })],
  ];
  const secret = /canary|rival|87,777\.77|7\.77 %|13 of 100|141\.7|vendor is already/i;

  test.for(cases)("%s, %s: no rival, no limit, no floor, no health", ([functionId, , input]) => {
    const definition = functionOf(functionId);
    const action = definition.actions.find(({ tool }) => tool === input.action.tool) ?? definition.actions[0];
    const readings = Object.fromEntries(Object.entries(input.evidence).map(([tool, { value }]) => [tool, value]));
    const { facts } = knownFacts(action, input);
    const said = definition.agent.findings({ readings, requested: input.action, facts, at: input.at });
    const evidence: Evidence[] = Object.values(input.evidence);
    const kept = keptFindings(functionId, said, evidence, { offline: true });
    const sources = evidence.map(({ source }) => source);
    expect(JSON.stringify(said)).toMatch(secret);
    expect(JSON.stringify(toldParts(input.action, { findings: kept, sources }))).not.toMatch(secret);
  });

  test("the words of a language model are ours alone, whatever they call themselves", () => {
    const finding = { code: "registration-value", statement: "canary", confidencePpm: 1, sources: ["crm.record"] };
    const [kept] = keptFindings("deal-registration", [finding], [], { offline: false });
    expect(kept).toMatchObject({ audience: "us", provenance: "model" });
  });

  test("a finding without an audience does not compile", () => {
    const guidance = { intelligence: "", orchestration: "", compliance: "" };
    const part = agentPart({
      guidance,
      audiences: { seen: "both" },
      // @ts-expect-error no audience is given for `unseen`
      findings: () => [certain("unseen", ["crm.record"], "Somebody saw it.")],
      proposes: () => "",
    });
    expect(part.audiences["unseen"]).toBeUndefined();
  });
});

describe("the log that both keep", () => {
  test.for(Object.values(governedActions).map((action) => [action.id, action] as const))(
    "%s tells of what was done the arguments that the partner may see",
    ([, action]) => {
      const names = [...Object.keys(action.args.shape), ...Object.keys(action.terms ?? {}), "unheardOf"];
      const args = Object.fromEntries(names.map((name) => [name, `canary-${name}`]));
      const permit = {
        permitId: "prm_1",
        company: COMPANY,
        caseId: CASE,
        decisionId: "dec_1",
        tool: action.tool,
        decidedAt: AT,
        actionDigest: "ab",
        effectKey: "e-1",
      };
      const receipt = { externalRef: "REF-1", answeredAt: AT };
      const { records } = settlementPart(permit, { state: "done", receipt }, AT, { args, partner: OWN });
      const [joint] = records.filter(({ kind }) => kind === "commitment");
      expect(Object.keys(joint?.body["args"] ?? {}).toSorted()).toEqual([...(action.partnerSees ?? [])].toSorted());
      expect(action.partnerSees ?? []).not.toEqual(
        expect.arrayContaining(["replaces", "reason", "askedBy", "evidence"]),
      );
      expect((action.partnerSees ?? []).every((name) => names.includes(name))).toBe(true);
    },
  );
});

test("every reading that there is says for whom it is", () => {
  const none = {} as never;
  const tools = createReadTools(
    none,
    { records: { crm: none }, programme: none, quotes: none, accounts: none } as never,
    () => AT,
  );
  expect(Object.keys(tools).filter((name) => !Object.hasOwn(readingAudiences, name))).toEqual([]);
});
