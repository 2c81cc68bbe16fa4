import { customerAccount } from "./customer/account.ts";
import { latinLook } from "./look-alike.ts";

/**
 * How a text is brought to one spelling. `trim`: no white space at its ends, and single spaces inside. `case`: small letters. `nfkc`:
 * Unicode's compatibility forms folded, and nothing that cannot be seen. `idna`: the registrable domain that a host, a web or a
 * mail address names, in IDNA's ASCII form. `confusables`: letters that look like Latin ones are those.
 */
export const normalSteps = ["trim", "case", "nfkc", "idna", "confusables"] as const;
export type NormalStep = (typeof normalSteps)[number];

/** Formats, controls that are no white space, halves of letters and blanks that print nothing. */
const unseen = /[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]|(?!\s)\p{Cc}/gu;

type Step = (text: string) => string | undefined;

const steps: { readonly [step in NormalStep]: Step } = {
  nfkc: (text) => text.normalize("NFKC").replaceAll(unseen, ""),
  trim: (text) => text.replaceAll(/\s+/gu, " ").trim(),
  case: (text) => text.toUpperCase().toLowerCase(),
  confusables: latinLook,
  idna: (text) => {
    const named = customerAccount(text);
    return named.kind === "account" ? named.account : undefined;
  },
};

/** The order in which steps are taken, whatever the order they are declared in. */
const inOrder: readonly NormalStep[] = ["nfkc", "trim", "case", "confusables", "idna"];

/** One step may make work for one before it: a letter whose small form has a compatibility form. It settles within two. */
const MOST_ROUNDS = 4;

/**
 * A text in its normal form. Undefined for one that has none: a host that names no domain, a word of mixed scripts. Whatever is said
 * in another spelling of the same has the same one, and a normal form is its own. Pure; never throws.
 */
export function normalText(text: string, declared: readonly NormalStep[]): string | undefined {
  let read: string | undefined = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const before: string | undefined = read;
    for (const step of inOrder) {
      if (read !== undefined && declared.includes(step)) read = steps[step](read);
    }
    if (read === before) return read;
  }
  return undefined;
}

/** What every account's name is at least brought to. */
const ofAccounts: readonly NormalStep[] = ["trim", "nfkc"];

/** A text as the name of an account, whatever else it is brought to; undefined for what names none, an empty one as well. */
export function accountText(text: string): string | undefined {
  const name = normalText(text, ofAccounts);
  return name === "" ? undefined : name;
}
