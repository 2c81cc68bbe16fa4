import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { takeBackArgs, takingBack, type Found } from "../shared/taking-back.ts";
import { ApproveDiscountArgs } from "./approval-reading.ts";
import { approveDiscount } from "./approve-discount.ts";

export const RevokeApprovalArgs = z.strictObject({
  quoteId: z.string().min(1).max(64),
  /** The desk's own name of the approval. */
  approval: z.string().min(1).max(64),
  ...takeBackArgs,
});

/** `Mandate asks to revoke approval AD-7 of quote Q-1004: the deal no longer stands by it`. */
function describe(given: JsonObject): string | undefined {
  const args = RevokeApprovalArgs.safeParse(given);
  if (!args.success) return undefined;
  const { quoteId, approval, difference } = args.data;
  return `Mandate asks to revoke approval ${approval} of quote ${quoteId}: ${found[difference]}`;
}

const found: { readonly [difference in Found["difference"]]: string } = {
  within: "the deal says another thing by now, and no more than was approved",
  outside: "the deal says more by now than was approved",
  withdrawn: "the deal no longer stands by it",
  gone: "the deal is gone",
};

/** Takes a standing approval back that its deal no longer stands by. Rules: policies/quoting.revoke.yaml. */
export const revokeApproval = takingBack({
  id: "quoting.revoke",
  step: "revoke-approval",
  tool: "quotes.revoke-approval",
  args: RevokeApprovalArgs,
  describe,
  of: approveDiscount,
  functionId: "quoting",
  objectType: "deal",
  withdrawn: ["recalled", "withdrawn", "cancelled", "lost", "draft"],
  within: {
    effectiveDiscount: "at-most",
    worstLineDiscount: "at-most",
    listPrice: "at-most",
    discountAmount: "at-most",
    belowFloorPrice: [false],
    protectedTerms: ["none"],
    partnerStanding: ["active"],
    quoteHeldBy: "anything",
    requester: "anything",
  },
  names: ({ ref, args }) => ({ quoteId: ApproveDiscountArgs.shape.quoteId.parse(args["quoteId"]), approval: ref }),
});
