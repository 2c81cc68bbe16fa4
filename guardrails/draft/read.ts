import { acceptsValue, describeKind } from "../fact-types.ts";
import type { Policy } from "../policy.ts";
import type { Edit, Scope } from "./edit.ts";
import { editsOf } from "./meant.ts";
import { sayingAt, type Saying } from "./sayings.ts";
import { tokensOf, wordAt, type Token } from "./tokens.ts";
import type { Subject } from "./vocabulary.ts";

/** Why words, or one of them, are not read. `word` is empty where nothing said is wrong, and something is not said. */
export type Unread = { readonly word: string; readonly why: string };

/** Every reading of what was said; several are for a person to choose from. Nothing of what is unread is guessed. */
export type Reading =
  | { readonly kind: "read"; readonly edits: readonly Edit[] }
  | { readonly kind: "unread"; readonly unread: readonly Unread[] };

/** What all patterns together made of a sentence. */
export type Said = {
  readonly sayings: readonly Saying[];
  /** Every way to read whom it is about. */
  readonly scopes: readonly Scope[];
};

const needsDay = ["until", "till", "through", "from", "during"];
const needsAmount = ["up", "over", "above", "beyond", "more", "most"];

function whyUnread(token: Token | undefined, tokens: readonly Token[], at: number, policy: Policy): string {
  if (token?.kind === "other") return token.why;
  if (token?.kind === "amount")
    return "an amount that nothing is said of: `up to`, `at most`, `over` or `more than` it";
  if (token?.kind === "quoted") return "no fact takes it as a name";
  const word = wordAt(tokens, at);
  if (word === "ask") {
    return `names nobody whom the policy asks: ${policy.routes.map(({ id }) => id).join(", ")}`;
  }
  if (needsDay.includes(word)) return "names no day, month or quarter, such as `until March` or `until 2027-03-01`";
  if (needsAmount.includes(word)) return "is followed by no amount, such as `18 %` or `500000 USD`";
  if (word === "per") return `names no fact that every request has and that tells accounts apart`;
  return "no value or name that the policy has, and no word of the patterns";
}

/** Subjects of one fact go together; a name with several readings gives as many scopes. */
function scopesOf(named: readonly (readonly Subject[])[]): readonly Scope[] {
  return named.reduce<readonly Scope[]>(
    (scopes, subjects) =>
      scopes.flatMap((scope) =>
        subjects.map(({ fact: { name }, value }) => ({
          ...scope,
          [name]: [...new Set([...(Object.hasOwn(scope, name) ? (scope[name] ?? []) : []), value])],
        })),
      ),
    [{}],
  );
}

function wrongNames(named: readonly (readonly Subject[])[]): readonly Unread[] {
  return named.flatMap((subjects) => {
    if (subjects.some(({ fact, value }) => acceptsValue(fact, value))) return [];
    return subjects.map(({ fact, value }) => ({ word: value, why: `\`${fact.name}\` is ${describeKind(fact)}` }));
  });
}

/**
 * What plain English words say of one policy, by fixed patterns and no model: `active partners up to 18 % until March`. `today`
 * is an ISO date in the policy's zone; days without a year are the next to come.
 */
export function readWords(policy: Policy, words: string, today: string): Reading {
  const tokens = tokensOf(words);
  const sayings: Saying[] = [];
  const named: (readonly Subject[])[] = [];
  const unread: Unread[] = [];
  let from: string | undefined;
  let before: Saying | undefined;
  for (let at = 0; at < tokens.length;) {
    const found = sayingAt({ policy, tokens, at, today, from, before });
    before = found?.saying;
    if (before === undefined) {
      unread.push({ word: tokens[at]?.text ?? "", why: whyUnread(tokens[at], tokens, at, policy) });
    } else {
      if (before.kind === "head") named.pop();
      if (before.kind === "head" || before.kind === "subject") named.push(before.subjects);
      if (before.kind === "span") from = before.from ?? from;
      sayings.push(before);
    }
    at += found?.length ?? 1;
  }
  const wrong = [...unread, ...wrongNames(named)];
  if (tokens.length === 0) return { kind: "unread", unread: [{ word: "", why: "nothing was said" }] };
  if (wrong.length > 0) return { kind: "unread", unread: wrong };
  const fitting = named.map((subjects) => subjects.filter(({ fact, value }) => acceptsValue(fact, value)));
  const meant = editsOf(policy, { sayings, scopes: scopesOf(fitting) }, today);
  return typeof meant === "string"
    ? { kind: "unread", unread: [{ word: "", why: meant }] }
    : { kind: "read", edits: meant };
}
