import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { Action } from "../../domain/proposal.ts";
import type { FactInput, FunctionAction } from "../definition.ts";
import {
  choice,
  readFields,
  text,
  unknownFrom,
  whatIsKnown,
  whenUnset,
  whole,
  type Fields,
  type Values,
} from "../fields.ts";
import { asksFor } from "../shared/as-requested.ts";
import { ListId } from "./price-list.ts";

/** More prices than a list or its batch ever has. */
const MOST = 10_000_000;

/** A price list as it was sent last, beside the book as it is. Our own record: `tools/programme/prices.ts` makes it. */
export const priceListFields = {
  list: text(64),
  batch: text(64),
  /** SHA-256 (hex) of the batch's bytes. */
  digest: text(64),
  /** The person who sent it. */
  sent_by: text(64),
  state: choice(["sent", "in-force"]),
  prices: whole(MOST),
  added: whole(MOST),
  raised: whole(MOST),
  lowered: whole(MOST),
  dropped: whole(MOST),
  largest_fall_ppm: whole(WHOLE_PPM),
  /** Why it cannot be put in force, or empty. */
  fault: whenUnset(text(500), ""),
} as const satisfies Fields;

/** Reads the record property by property. Never throws. */
export function readPriceList(record: JsonObject | undefined): Values<typeof priceListFields> {
  return readFields(priceListFields, record ?? {}).values;
}

export const PutPriceListArgs = z.strictObject({
  list: ListId,
  /** The batch that it came in, with the digest of its bytes: what was seen is what is put in force. */
  batch: z.string().min(1).max(64),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

const count = z.int().min(0).max(MOST);

/** The facts that `policies/price-book.yaml` may name. */
const PriceListFacts = z.strictObject({
  whole: z.boolean().meta({
    from: "record",
    title: "every row of its batch could be read, and no product has two prices that hold at once",
  }),
  prices: count.meta({ from: "record", title: "prices that the list has" }),
  dropped: count.meta({ from: "derived", title: "prices of the list that hold now and that it no longer has" }),
  lowered: count.meta({ from: "derived", title: "prices that are lower than the book's" }),
  largestFall: z
    .int()
    .min(0)
    .max(WHOLE_PPM)
    .meta({ from: "derived", unit: "ppm", title: "the largest fall of a price, as a share of the book's" }),
  proposedAsRequested: z.boolean().meta({ from: "derived", title: "the proposed action is what was sent" }),
  requester: z.string().max(64).meta({ from: "record", title: "who sent the list" }),
});

function requested(record: JsonObject): Action {
  const { list, batch, digest } = readPriceList(record);
  return { tool: putPriceList.tool, args: whatIsKnown({ list, batch, digest }) };
}

function facts({ evidence, action }: FactInput): JsonObject {
  const record = evidence["programme.record"]?.value;
  if (record === undefined) return {};
  const { fault, prices, dropped, lowered, largest_fall_ppm: largestFall, sent_by: requester } = readPriceList(record);
  return whatIsKnown({
    whole: fault === undefined ? undefined : fault === "",
    prices,
    dropped,
    lowered,
    largestFall,
    proposedAsRequested: asksFor(requested(record), action.args),
    requester,
  });
}

function unknown({ evidence }: FactInput): { readonly [fact: string]: string } {
  const { unread } = readFields(priceListFields, evidence["programme.record"]?.value ?? {});
  return unknownFrom(unread, {
    whole: ["fault"],
    prices: ["prices"],
    dropped: ["dropped"],
    lowered: ["lowered"],
    largestFall: ["largest_fall_ppm"],
    requester: ["sent_by"],
  });
}

/** `40 prices: 2 new, 30 higher, 8 lower, the largest fall 12 %, 1 no longer in it`. */
export function changesInWords(record: JsonObject | undefined): string {
  const { prices, added, raised, lowered, dropped, largest_fall_ppm: fall } = readPriceList(record);
  if (prices === undefined || added === undefined || raised === undefined || lowered === undefined) return "";
  if (dropped === undefined || fall === undefined) return "";
  const falls = lowered === 0 ? "none lower" : `${lowered} lower, the largest fall ${formatPpm(fall)}`;
  return `${prices} prices: ${added} new, ${raised} higher, ${falls}, ${dropped} no longer in it`;
}

/** What the list changes, and what keeps it from being put in force. */
function remarks({ evidence }: FactInput): readonly string[] {
  const record = evidence["programme.record"]?.value;
  const { fault } = readPriceList(record);
  return [changesInWords(record), fault ?? ""].filter((remark) => remark !== "");
}

/** `Price list emea-2026 of batch bat_7 is to be put in force`. */
function describe(given: JsonObject): string | undefined {
  const args = PutPriceListArgs.safeParse(given);
  if (!args.success) return "A price list is to be put in force, of which not everything can be read";
  return `Price list ${args.data.list} of batch ${args.data.batch} is to be put in force`;
}

/** A price list is put in force: what it says takes the place of what it said. Rules: policies/price-book.yaml. */
export const putPriceList = {
  id: "price-book",
  step: "put-price-list",
  tool: "programme.put-price-list",
  args: PutPriceListArgs,
  occasion: { kind: "none" },
  factSchema: PriceListFacts,
  readsRecord: true,
  lookups: () => [],
  facts,
  unknown,
  remarks,
  describe,
  requestedBy: (record) => readPriceList(record).sent_by ?? "",
  requested,
  askedBy: { property: "state", value: "sent" },
} as const satisfies FunctionAction;
