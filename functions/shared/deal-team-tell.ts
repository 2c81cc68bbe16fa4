import { z } from "zod";
import { membersIn } from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FactInput, GovernedAction } from "../definition.ts";
import { oneOf, teamIn, teamLookup } from "./deal-team.ts";

export const TellSellerArgs = z.strictObject({
  /** The CRM's id of the deal. */
  dealId: z.string().min(1).max(64),
  /** Who the CRM's partner field is to name. */
  partnerId: z.string().min(1).max(64),
  /** The step after which it is told. */
  reportsStep: z.string().min(1),
});

/** The facts that `policies/deal-team.tell.yaml` may name. */
export const TellSellerFacts = z.strictObject({
  tellsSeller: z.boolean().meta({ from: "derived", title: "the partner told is the one who sells on the case's deal" }),
});

/** The one partner who sells; undefined when nobody does, or several do: the CRM has room for one. */
function sellerIn(evidence: FactInput["evidence"]) {
  const team = teamIn(evidence);
  return team && { dealId: team.dealId, partnerId: oneOf(membersIn(team, "sell"))?.partnerId };
}

function facts({ evidence, action }: FactInput): JsonObject {
  const args = TellSellerArgs.safeParse(action.args);
  const seller = sellerIn(evidence);
  if (!args.success || seller === undefined) return {};
  const { dealId, partnerId } = args.data;
  return { tellsSeller: seller.dealId === dealId && seller.partnerId === partnerId };
}

/** What the CRM is to be told of a deal's team after a step; undefined when nobody sells alone. */
export function sellerToTell(
  evidence: FactInput["evidence"],
  reportsStep: string,
): z.infer<typeof TellSellerArgs> | undefined {
  const { dealId, partnerId } = sellerIn(evidence) ?? {};
  return dealId === undefined || partnerId === undefined ? undefined : { dealId, partnerId, reportsStep };
}

/** `Mandate asks to tell the CRM that partner p-7 sells on deal 1001`. */
function describe(given: JsonObject): string | undefined {
  const args = TellSellerArgs.safeParse(given);
  if (!args.success) return undefined;
  return `Mandate asks to tell the CRM that partner ${args.data.partnerId} sells on deal ${args.data.dealId}`;
}

/** Has the CRM's partner field name the partner who sells: what a rule owes by the obligation `deal-team.tell`. */
export const tellSeller: GovernedAction = {
  id: "deal-team.tell",
  tool: "crm.set-selling-partner",
  args: TellSellerArgs,
  occasion: { kind: "decision", argument: "reportsStep" },
  factSchema: TellSellerFacts,
  readsRecord: true,
  lookups: (record, _reportsStep, { objectId }) => [teamLookup(objectId, record)],
  facts,
  describe,
  requestedBy: () => null,
};
