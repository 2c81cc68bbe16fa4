/** What a message may be filled with; how each is written out is the reader's language's affair. */
type VariableKind = "text" | "date" | "money" | "days";

/** A text to people, filled in with `{variable}`. Every variable it cites is declared, and every declared one is cited. */
type MessageTemplate = {
  /** Who reads it, in the order of whom it is to; the others have a copy. */
  readonly audience: readonly ["customer" | "partner", ...("customer" | "partner")[]];
  readonly subject: string;
  readonly body: string;
  readonly variables: { readonly [name: string]: { readonly kind: VariableKind; readonly title: string } };
};

const contract = { kind: "text", title: "the contract's id" } as const;
const customer = { kind: "text", title: "the customer" } as const;
const partner = { kind: "text", title: "the incumbent partner's name" } as const;

/** The texts that renewals send. Sending one is a governed action of its own. */
export const renewalMessages = {
  offer: {
    audience: ["customer", "partner"],
    subject: "Offer: contract {contract} for the next term",
    body:
      "Dear {customer},\n\n" +
      "your contract {contract} ends on {endsOn}. We offer the next term at {offerPrice}. You pay {currentPrice} now.\n\n" +
      "The offer is open until {validUntil}. To take it, answer this message or tell {partner}, who looks after your contract.",
    variables: {
      contract,
      customer,
      partner,
      endsOn: { kind: "date", title: "the last day of the term that runs" },
      offerPrice: { kind: "money", title: "the price of the next term" },
      currentPrice: { kind: "money", title: "the price paid now" },
      validUntil: { kind: "date", title: "the last day on which the offer can be taken" },
    },
  },
  "notice-ahead": {
    audience: ["customer", "partner"],
    subject: "Contract {contract} renews itself in {daysLeft}",
    body:
      "Dear {customer},\n\n" +
      "your contract {contract} ends on {endsOn}. It renews itself for another term unless you give notice by {decideBy}.\n\n" +
      "If you want it to go on, you need not do anything. If you do not, answer this message by that day or tell {partner}.",
    variables: {
      contract,
      customer,
      partner,
      daysLeft: { kind: "days", title: "days until the last day for a notice" },
      endsOn: { kind: "date", title: "the last day of the term that runs" },
      decideBy: { kind: "date", title: "the last day on which notice can be given" },
    },
  },
  renewed: {
    audience: ["customer", "partner"],
    subject: "Contract {contract} is renewed",
    body:
      "Dear {customer},\n\n" +
      "your contract {contract} is renewed as of {renewedOn}: {reason}. The term that ends on {endsOn} is followed by the next.\n\n" +
      "{partner} goes on looking after your contract.",
    variables: {
      contract,
      customer,
      partner,
      renewedOn: { kind: "date", title: "the day on which it was renewed" },
      reason: { kind: "text", title: "why, as it was recorded" },
      endsOn: { kind: "date", title: "the last day of the term that runs" },
    },
  },
} as const satisfies { readonly [template: string]: MessageTemplate };
