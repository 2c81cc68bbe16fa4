import type { FunctionDefinition } from "../definition.ts";
import { agent } from "./agent.ts";
import { opportunityFields } from "./opportunity.ts";
import { coSellingPlan } from "./plan.ts";
import { propensityAggregate } from "./propensity.ts";
import { qualifyDeal } from "./qualify-deal.ts";

/** The properties of a deal whose change has it scored again. */
const heard = [
  "customer_domain",
  "stage",
  "amount",
  "close_date",
  "technographics",
  "cloud_spend_propensity",
  "win_pattern",
] as const satisfies readonly (keyof typeof opportunityFields)[];

function changed(property: string) {
  return { kind: "record", system: "crm", type: "deal", on: { kind: "changed", property } } as const;
}

/** F4 Co-selling: a deal is scored for whether a partner is taken in, and its badge is kept true while the deal moves. */
export const coSelling = {
  id: "co-selling",
  code: "F4",
  title: "Co-selling",
  cells: [
    { pillar: "process", zone: "joint" },
    { pillar: "metrics", zone: "vendor" },
  ],
  triggers: [
    { kind: "record", system: "crm", type: "deal", on: { kind: "created" } },
    ...heard.map(changed),
    { kind: "date" },
    { kind: "batch", source: "propensity" },
    { kind: "asked" },
  ],
  subject: { system: "crm", type: "deal", fields: opportunityFields },
  aggregate: propensityAggregate,
  actions: [qualifyDeal],
  agent,
  plan: coSellingPlan,
  choreography: "coSellingCase",
} as const satisfies FunctionDefinition;
