import { matchPartners, type Need, type PartnerRow } from "../../functions/co-selling/match.ts";
import { levels } from "../../functions/co-selling/opportunity.ts";
import { partnerRow } from "../fixtures/partner-rows.ts";

/** Ranking the partners beside one account. `heldMb`: how much the process grew while it did, rows included. */
export type Matched = {
  readonly name: string;
  readonly pairs: number;
  readonly cpuMs: number;
  readonly heldMb: number;
};

const PAIRS = 100_000;
const need: Need = {
  productFamily: "analytics",
  industry: "healthcare",
  region: "dach",
  stuckAt: "vp",
  roles: ["source", "sell", "deliver"],
  competitors: ["rival"],
};

/** No two alike, from a fixed sequence. */
function* rows(): Generator<PartnerRow> {
  let state = 7;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let at = 0; at < PAIRS; at += 1) {
    const [overlap, won, openDeals] = [next(200), next(20), next(100)];
    const reach = levels[next(levels.length)] ?? "none";
    const industries = next(3) === 0 ? ["healthcare"] : ["retail"];
    yield partnerRow(`p-${at}`, { overlap, won, openDeals, reach, industries, roles: ["source", "sell", "deliver"] });
  }
}

/** 100,000 pairs of partner and account, each made, scored and ranked in three roles. */
export function partnerMatch(): Matched {
  const [from, before] = [process.cpuUsage(), process.memoryUsage().rss];
  const { looked, roles } = matchPartners(need, rows());
  const { user, system } = process.cpuUsage(from);
  if (looked !== PAIRS || roles.some(({ next }) => next.length !== 3)) throw new Error("not all were ranked");
  const heldMb = Math.max(0, Math.round((process.memoryUsage().rss - before) / 2 ** 20));
  return { name: "partner match", pairs: looked, cpuMs: Math.round((user + system) / 1_000), heldMb };
}
