import { writeMinor } from "../../domain/money.ts";
import type { Held } from "../definition.ts";
import { bookAt } from "../shared/prices.ts";
import { firstListPrice } from "./baseline.ts";
import { knownIn } from "./list-price.ts";
import { pricedFacts } from "./pricing.ts";

/** What another system states of a quote's price: measured against the price book, or the first list price approved on the deal. */
export function statedPrice(currency: string): Held {
  return {
    facts: [...pricedFacts, "listPrice"],
    /** What is paid is the list price less all that is given away. */
    fieldsOf({ listPrice: list, discountAmount: off }) {
      if (typeof list !== "number") return {};
      const listed = { quote_list_price: writeMinor(list, currency) };
      if (typeof off !== "number" || off > list) return listed;
      return { ...listed, quote_net_price: writeMinor(list - off, currency) };
    },
    why(readings, at) {
      const { book, first } = knownIn(readings);
      if (bookAt(book, at) !== undefined) return "the list price is the price book's, of each of quote_lines";
      const listed = firstListPrice(first);
      return listed && `the discount is measured against ${listed}, the first list price that was approved on the deal`;
    },
  };
}
