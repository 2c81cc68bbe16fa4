import type { FunctionDefinition } from "../definition.ts";
import { agent } from "./agent.ts";
import { priceListAggregate } from "./price-list.ts";
import { priceListFields, putPriceList } from "./put-price-list.ts";

/** Price book: a price list comes in bulk; a person puts it in force. */
export const priceBook = {
  id: "price-book",
  code: "PB",
  title: "Price book",
  cells: [{ pillar: "governance", zone: "vendor" }],
  triggers: [{ kind: "batch", source: "price-book" }, { kind: "asked" }],
  subject: { system: "programme", type: "price-list", fields: priceListFields },
  aggregate: priceListAggregate,
  actions: [putPriceList],
  agent,
} as const satisfies FunctionDefinition;
