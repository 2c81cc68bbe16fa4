import { member, quote, registration, type Ground } from "./base.ts";

/** A request, and by argument the nearest amount that passes in its place, minor units; none where nothing does, or it passes itself. */
export type OfferTask = {
  readonly id: string;
  readonly ground: Ground;
  readonly nearest: { readonly [argument: string]: number };
};

const priced = (net: string, changes = {}) => quote({ quote_net_price: net, ...changes });

/** What counter-offers are held against. The amounts follow from `policies/quoting.yaml`: 15 % is the partner's own, the floor nobody's. */
export const offerTasks: readonly OfferTask[] = [
  { id: "passes-as-asked", ground: priced("88000.00"), nearest: {} },
  { id: "at-the-line", ground: priced("85000.00"), nearest: {} },
  { id: "a-cent-over", ground: priced("84999.99"), nearest: { netPriceMinor: 8_500_000 } },
  { id: "18-percent", ground: priced("82000.00"), nearest: { netPriceMinor: 8_500_000 } },
  {
    id: "18-percent-by-concessions",
    ground: priced("85000.00", { quote_concessions: "3000.00" }),
    nearest: { netPriceMinor: 8_800_000, concessionsMinor: 0 },
  },
  {
    id: "below-floor",
    ground: priced("88000.00", { quote_floor_price: "90000.00" }),
    nearest: { netPriceMinor: 9_000_000 },
  },
  { id: "protected-term", ground: priced("82000.00", { quote_protected_terms: "liability" }), nearest: {} },
  { id: "suspended-partner", ground: quote({}, [member({ standing: "suspended" })]), nearest: {} },
  { id: "registration-too-large", ground: registration({ estimated_value: "9000000.00" }), nearest: {} },
];
