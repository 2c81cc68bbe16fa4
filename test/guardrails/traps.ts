import { expect, test } from "vitest";
import { governedCatalogue } from "../../guardrails/fact-types.ts";
import type { Catalogue } from "../../guardrails/fact-types.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";

/** A sound policy. Each case below changes one piece of it and marks with `▸` where the problem has to be reported. */
export const sound = `policy: quoting
default: escalate
params:
  auto_max: { percent: 15%, allowed: 5%..20% }
  tier_up: { money: 500000.00 USD, protected: true }
rules:
  - id: small
    effect: execute
    when:
      all:
        - { fact: effectiveDiscount, operator: lessThanInclusive, value: { param: auto_max } }
        - { fact: listPrice, operator: lessThanInclusive, value: { param: tier_up } }
        - { fact: belowFloorPrice, operator: equal, value: false }
        - { fact: seats, operator: greaterThan, value: 3 }
    reason: "Discount {effectiveDiscount} is within {auto_max}"
  - id: touchy
    effect: escalate
    when: { fact: protectedTerms, operator: in, value: [liability, data] }
    reason: "Touches {protectedTerms}"
    route: manager
routes:
  manager: { who: role:manager, sla: 4h, then: { who: role:director, sla: 1d }, onExpiry: deny, notRequester: true }
defaultRoute: manager
`;

const quoteFacts = governedCatalogue()["quoting"] ?? [];
export const catalogue: Catalogue = {
  ...governedCatalogue(),
  quoting: [...quoteFacts, { name: "seats", title: "seats", adjustable: true, kind: "number", min: 1, max: 500 }],
};

type Trap = {
  readonly name: string;
  readonly change: string;
  readonly also?: readonly [from: string, to: string];
  /** The new text; `▸` stands where the first problem belongs. */
  readonly to: string;
  /** `message; fix` of each problem, in the order of the file. */
  readonly says: readonly string[];
};

function refusal({ change, to, also = ["", ""] }: Trap) {
  expect(sound.split(change), "the change names one place").toHaveLength(2);
  const marked = sound.replace(also[0], also[1]).replace(change, () => to);
  const before = marked.slice(0, marked.indexOf("▸")).split("\n");
  const loaded = loadPolicy("policies/quoting.yaml", marked.replace("▸", ""), catalogue);
  return {
    problems: loaded.kind === "refused" ? loaded.problems : [],
    place: { file: "policies/quoting.yaml", line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
  };
}

/** One test per trap: every problem it causes, and the place of the first. */
export function refuses(traps: readonly Trap[]): void {
  test.for(traps)("$name", (trap) => {
    const { problems, place } = refusal(trap);
    expect(problems.map(({ message, fix }) => `${message}; ${fix}`)).toEqual(trap.says);
    expect(problems[0]).toMatchObject(place);
  });
}
