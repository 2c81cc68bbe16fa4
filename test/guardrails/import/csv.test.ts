import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runCases } from "../../../guardrails/cases.ts";
import { decideCompiled } from "../../../guardrails/decide-compiled.ts";
import { importCsv } from "../../../guardrails/import/csv.ts";
import { csvRecords } from "../../../guardrails/import/csv-records.ts";
import { draftFiles, draftPolicy, type Draft } from "../../../guardrails/import/draft.ts";
import { loadCases } from "../../../guardrails/load/cases.ts";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";

const at = "2026-03-02T09:00:00.000Z";

function importedPolicy(text: string) {
  const imported = importCsv("matrix.csv", text);
  if (imported.kind === "refused") throw new Error(imported.problems.map(({ message }) => message).join("; "));
  return { draft: imported.draft, policy: draftPolicy("matrix", imported.draft) };
}

const matrix = `Discount (%);Order value (USD);Tier;First order;Approver
<= 10%;up to 50000;;no;auto
> 10% and <= 20%;up to 50000.00 USD;gold | silver;*;auto
over 10 and up to 20;up to 50000;not gold | silver;no;Regional Director
> 20;;any;-;block
"<= 20";over 50000;;;Deal Desk
`;

describe("an approval matrix", () => {
  test("is a rule per row, loads as it is written, and passes its cases", async () => {
    const { draft, policy } = importedPolicy(matrix);
    const files = draftFiles("matrix", draft, "matrix.csv");
    const facts = loadFacts("matrix.facts.yaml", files.facts);
    if (facts.kind === "refused") throw new Error("the facts load");
    const loaded = loadPolicy("matrix.yaml", files.policy, { matrix: facts.facts });
    if (loaded.kind === "refused") throw new Error("the policy loads");
    expect(loaded.policy).toEqual(policy);
    expect(policy.rules.map(({ id, effect }) => `${id} ${effect}`)).toEqual([
      "line-2 execute",
      "line-3 execute",
      "line-4 escalate",
      "line-5 block",
      "line-6 escalate",
    ]);
    expect(policy.routes.map(({ id }) => id)).toEqual(["regional-director", "deal-desk"]);
    const cases = loadCases("matrix.test.yaml", files.cases, policy);
    if (cases.kind === "refused") throw new Error("the cases load");
    expect((await runCases(policy, cases.cases)).map(({ passed }) => passed)).toEqual(cases.cases.map(() => true));
    expect(cases.cases.length).toBe(6);
  });

  test.for([
    ["ends that are left open", "<= 10%;", "0-10%;", 2, "cannot be read"],
    ["grouped digits", "up to 50000;;no", "up to 50,000;;no", 2, "cannot be read"],
    ["another currency", "up to 50000.00 USD", "up to 50000.00 EUR", 3, "is no value of this column"],
    ["more decimals than are exact", "> 20;", "> 20.00001;", 5, "is no value of this column"],
    ["nobody who approves", "auto\n", "?\n", 2, "says nothing of who approves"],
    ["a row that overlaps another and says otherwise", "> 20;", "> 15;", 5, "that of line 3, which says otherwise"],
    ["a row of another length", ";no;auto", ";auto", 2, "the row has 4 cells, the heading 5"],
    ["a row that holds of everything", "> 20;", ";", 5, "the row holds of every request"],
    ["a column of several kinds", "over 50000", "over many", 1, "its cells are not of one kind"],
    ["two columns of one name", "First order", "Tier", 1, "two columns are called `tier`"],
  ] as const)("%s are refused by line", ([, from, to, line, said]) => {
    expect(matrix).toContain(from);
    const imported = importCsv("matrix.csv", matrix.replace(from, to));
    const problems = imported.kind === "refused" ? imported.problems : [];
    expect(problems.map((problem) => [problem.line, problem.message])).toContainEqual([
      line,
      expect.stringContaining(said),
    ]);
  });

  test("records may hold separators, quotes and line ends", () => {
    expect(csvRecords('a,b\r\n"x, ""y""\nz",1\r\n\r\n,2')).toEqual([
      { line: 1, cells: ["a", "b"] },
      { line: 2, cells: ['x, "y"\nz', "1"] },
      { line: 5, cells: ["", "2"] },
    ]);
    expect(csvRecords('a,"b')).toBeUndefined();
  });
});

/** A row as somebody means it, apart from how it is written: what the import is held against. */
type Meant = {
  readonly share: { readonly from: number; readonly to: number; readonly open: boolean } | null;
  readonly tier: { readonly words: readonly string[]; readonly not: boolean } | null;
  readonly first: boolean | null;
  readonly outcome: "auto" | "block" | "director";
};
type Request = { readonly share: number; readonly tier: string; readonly first: boolean };

const PERCENT = 10_000;
const isIn = ({ share, tier, first }: Meant, request: Request): boolean => {
  const over =
    share === null || (share.open ? request.share > share.from * PERCENT : request.share >= share.from * PERCENT);
  const under = share === null || request.share <= share.to * PERCENT;
  const named = tier === null || tier.words.includes(request.tier) !== tier.not;
  return over && under && named && (first === null || first === request.first);
};

const meant: fc.Arbitrary<Meant> = fc.record({
  share: fc.option(
    fc
      .record({ from: fc.nat({ max: 5 }), more: fc.integer({ min: 1, max: 3 }), open: fc.boolean() })
      .map(({ from, more, open }) => ({
        from,
        to: from + more,
        open,
      })),
  ),
  tier: fc.option(
    fc.record({ words: fc.subarray(["gold", "silver", "tin"], { minLength: 1, maxLength: 2 }), not: fc.boolean() }),
  ),
  first: fc.option(fc.boolean()),
  outcome: fc.constantFrom("auto", "block", "director"),
});

const written = ({ share, tier, first, outcome }: Meant): string => {
  const range =
    share === null ? "" : share.open ? `over ${share.from}% and <= ${share.to}%` : `${share.from}..${share.to} %`;
  const words = tier === null ? "*" : `${tier.not ? "not " : ""}${tier.words.join(" or ")}`;
  return [range, words, first === null ? "any" : first ? "Yes" : "no", outcome].join(",");
};

const shares = Array.from({ length: 10 }, (_, whole) => [whole * PERCENT - 1, whole * PERCENT, whole * PERCENT + 1])
  .flat()
  .filter((share) => share >= 0);
const requests: readonly Request[] = shares.flatMap((share) =>
  ["gold", "silver", "tin", "other"].flatMap((tier) => [true, false].map((first) => ({ share, tier, first }))),
);

const verdicts = { auto: "execute", block: "block", director: "escalate" } as const;
function meantBy(said: ReadonlySet<Meant["outcome"]>): string {
  const [outcome] = said;
  return outcome === undefined ? "escalate" : verdicts[outcome];
}

const policies = new WeakMap<Draft, ReturnType<typeof draftPolicy>>();
function decided(draft: Draft, request: Request): string {
  const policy = policies.get(draft) ?? draftPolicy("matrix", draft);
  policies.set(draft, policy);
  const tiers = policy.facts.find(({ name }) => name === "tier");
  const isKnown = tiers?.kind === "choice" && tiers.values.includes(request.tier);
  return decideCompiled(policy, { ...request, tier: isKnown ? request.tier : "other" }, at).verdict;
}

test("any matrix decides every request as its rows mean it, or is refused because two of them disagree on one", () => {
  let [told, refused] = [0, 0];
  fc.assert(
    fc.property(fc.array(meant, { minLength: 1, maxLength: 4 }), (drawn) => {
      const all: Meant = {
        share: { from: 9, to: 9, open: false },
        tier: { words: ["gold"], not: false },
        first: true,
        outcome: "auto",
      };
      const rows = [...drawn.filter((row) => row.share !== null || row.tier !== null || row.first !== null), all];
      const text = ["Share (%),Tier,First,Who", ...rows.map(written)].join("\n");
      const said = (request: Request) =>
        new Set(rows.filter((row) => isIn(row, request)).map(({ outcome }) => outcome));
      const disputed = requests.some((request) => said(request).size > 1);
      const imported = importCsv("matrix.csv", text);
      const isRefused = imported.kind === "refused";
      if (isRefused) refused += 1;
      else told += 1;
      const wrong = isRefused
        ? []
        : requests.filter((request) => decided(imported.draft, request) !== meantBy(said(request)));
      const problems = isRefused ? imported.problems.length : 0;
      expect([text, isRefused, problems, wrong]).toEqual([text, disputed, disputed ? 1 : 0, []]);
    }),
    { numRuns: 300 },
  );
  expect(Math.min(told, refused)).toBeGreaterThan(30);
});
