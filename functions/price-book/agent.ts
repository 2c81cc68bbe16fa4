import { agentPart, type Briefing, type FindingOf } from "../definition.ts";
import { certain, quoted } from "../shared/finding.ts";
import { changesInWords, PutPriceListArgs, readPriceList } from "./put-price-list.ts";

/** Our own prices: no partner reads of them. */
const audiences = { "record-incomplete": "us", changes: "us", fault: "us" } as const;
type Said = FindingOf<typeof audiences>;

function findings({ readings }: Briefing): readonly Said[] {
  const record = readings["programme.record"];
  const { list, fault } = readPriceList(record);
  const changes = changesInWords(record);
  if (list === undefined || changes === "") {
    return [certain("record-incomplete", ["programme.record"], "The record does not hold a whole price list.")];
  }
  return [
    certain("changes", ["programme.record"], `Price list ${quoted(list)} has ${changes}.`),
    ...(fault === undefined || fault === ""
      ? []
      : [certain("fault", ["programme.record"], `It is not whole: ${fault}.`)]),
  ];
}

/** How the agents work on a price list. */
export const agent = agentPart({
  audiences,
  guidance: {
    intelligence:
      "Function: price book. A price list was sent in bulk. Report how many prices it has, how many of them are new, higher or " +
      "lower than the book's, the largest fall as a share, how many the list no longer has, and what keeps it from being whole.",
    orchestration:
      "Function: price book. Propose that the price list be put in force as it was sent: list, batch and digest are the record's.",
    compliance: "Function: price book. Check that list, batch and digest are the record's own.",
  },
  findings,
  proposes({ args }) {
    const asked = PutPriceListArgs.safeParse(args);
    if (!asked.success) return "The price list is proposed as it was sent.";
    return `Proposed: put price list ${quoted(asked.data.list)} of batch ${quoted(asked.data.batch)} in force, as it was sent.`;
  },
});
