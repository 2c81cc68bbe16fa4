import { readExplainable } from "../../audit/ledgers/decision-history.ts";
import type { Sql } from "../../audit/records.ts";
import { FRESH_MS, MOST_EVIDENCE, type Card, type CardPart } from "../../domain/card.ts";
import type { JsonObject } from "../../domain/json.ts";
import { nameInWords } from "../../domain/name-in-words.ts";
import type { Letter } from "../../domain/letter.ts";
import type { FunctionDefinition } from "../../functions/definition.ts";
import { functions } from "../../functions/index.ts";
import { replyReady } from "../../functions/shared/letter.ts";
import { takenBackBy } from "../../functions/governed-actions.ts";
import { explain, type Explanation } from "../../guardrails/explain/explain.ts";
import { rulerOf, type Ruler } from "../../guardrails/explain/ruler.ts";
import { readsOf, type Policy } from "../../guardrails/policy.ts";
import { policyIn } from "./escalation-advice.ts";
import type { EscalationShown, EscalationView } from "./escalations.ts";

/** What a card is made of beside the question itself. `policy`: the version that decided; undefined where none did. */
export type CardParts = {
  readonly view: EscalationView;
  readonly advice: EscalationShown["advice"];
  readonly policy: Policy | undefined;
  readonly explanation: Explanation | undefined;
  readonly ruler: Ruler | undefined;
  readonly reply: Card["reply"];
  readonly undoMs: number;
  /** When it is shown, ISO 8601. */
  readonly at: string;
};

type Asked = Pick<CardParts, "view" | "advice" | "undoMs" | "at">;

/** The card of a question, of what its decision recorded. */
export async function readCard(sql: Sql, company: string, asked: Asked): Promise<Card> {
  const taken = await readExplainable(sql, company, asked.view.decisionId);
  const policy = taken && policyIn(taken.document);
  const reply = await readReply(sql, company, asked.view);
  if (taken === undefined || policy === undefined) {
    return cardOf({ ...asked, reply, policy: undefined, explanation: undefined, ruler: undefined });
  }
  const ruler = rulerOf(policy, taken.facts, taken.at);
  return cardOf({ ...asked, reply, policy, explanation: explain(policy, taken), ruler });
}

/** The letter that is ready for the partner; null where its policy has no words for partners, or its function no letter. */
async function readReply(sql: Sql, company: string, { decisionId, functionId, action }: EscalationView) {
  const named = functionNamed(functionId)?.requestName?.(action.args as JsonObject);
  const { rows } = await sql.query<{ letter: Letter | null; offers: readonly string[] }>({
    name: "card-reply",
    text: `select details->'letter' as letter, coalesce(jsonb_path_query_array(details, '$.offers[*].text'), '[]') as offers
           from decision where company = $1 and decision_id = $2`,
    values: [company, decisionId],
  });
  const [decided] = rows;
  if (named === undefined || decided === undefined) return null;
  return replyReady(named, { decisionId, ...decided }) ?? null;
}

function functionNamed(functionId: string): FunctionDefinition | undefined {
  const known: { readonly [id: string]: FunctionDefinition } = functions;
  return Object.hasOwn(known, functionId) ? known[functionId] : undefined;
}

/** Pure: the one place where a card is put together. */
export function cardOf(made: CardParts): Card {
  const { view, advice, explanation, ruler, undoMs } = made;
  const ask = askOf(view);
  const recommendation = advice && { ...recommended(advice), reasons: advice.reasons.slice(0, 3) };
  return {
    escalationId: view.escalationId,
    ask,
    ruler: ruler === undefined ? null : drawn(ruler),
    wouldPass: view.wouldPass.map(({ text }) => text),
    why: whyOf(view, explanation),
    evidence: evidenceOf(made),
    words: { reasoning: view.reasoning, noticed: view.noticed },
    others: view.beside,
    recommendation,
    findings: [...(advice?.findings ?? [])],
    precedents: (advice?.precedents ?? []).map(({ caseId: _caseId, ...precedent }) => precedent),
    room: (explanation?.limits ?? []).map(({ id, used, reserved, asked, cap, admitted, text }) => {
      return { id, cap, left: cap - used - reserved - asked, admitted, text };
    }),
    reply: made.reply,
    reversible: reversibleOf(view, undoMs),
    silence: view.silence,
    absent: absentOf({ ask, ruler, recommendation, others: view.beside, reply: made.reply }),
  };
}

function recommended({ answer, agreement }: NonNullable<EscalationShown["advice"]>) {
  return { answer, agreement };
}

function drawn({ fact, at, from, to, bands }: Ruler): Card["ruler"] {
  return { fact, name: nameInWords(fact), at, from, to, bands: bands.map((band) => ({ ...band })) };
}

function askOf({ ask, about }: EscalationView): Card["ask"] {
  return { sentence: ask, ...about };
}

/** The rules that ask, with their conditions; of a decision that no policy took, what was recorded. */
function whyOf({ rules, missing, reason }: EscalationView, explanation: Explanation | undefined): Card["why"] {
  const trees = new Map(explanation?.rules.map((rule) => [rule.id, rule]));
  const told = rules
    .filter(({ effect }) => effect !== "execute")
    .map(({ id, effect, reason: why }) => {
      const tree = trees.get(id)?.tree.map((line) => ({ ...line })) ?? [];
      return { id, effect, reason: why, deciding: trees.get(id)?.deciding ?? true, tree };
    });
  const said = told.some((rule) => rule.reason === reason);
  const beside = { id: "decision", effect: "escalate" as const, reason, deciding: true, tree: [] };
  return { rules: said ? told : [beside, ...told], missing };
}

/** What the rules that ask read comes first, then what may be asked otherwise, then the rest as the policy declares it. */
function evidenceOf({ view, policy, at }: CardParts): Card["evidence"] {
  const { shownFacts, provenance, sources, rules } = view;
  const asking = rules.filter(({ effect }) => effect === "escalate").map(({ id }) => id);
  const read = (policy?.rules ?? []).filter(({ id }) => asking.includes(id)).flatMap(({ when }) => readsOf(when).facts);
  const adjustable = (policy?.facts ?? []).filter((type) => type.adjustable).map(({ name }) => name);
  const declared = (policy?.facts ?? []).map(({ name }) => name);
  const names = [...new Set([...read, ...adjustable, ...declared, ...Object.keys(shownFacts)])];
  const known = names.filter((name) => shownFacts[name] !== undefined);
  const oldest = sources.map(({ observedAt }) => observedAt).toSorted()[0] ?? null;
  const ageMs = oldest === null ? null : Math.max(0, Date.parse(at) - Date.parse(oldest));
  const systems = [...new Set(sources.map(({ source }) => source.split(".")[0] ?? source))];
  const rows = known.slice(0, MOST_EVIDENCE).map((fact): Card["evidence"]["rows"][number] => ({
    fact,
    name: nameInWords(fact),
    value: shownFacts[fact] ?? "",
    from: provenance[fact] ?? null,
    systems,
    observedAt: oldest,
    ageMs,
    freshness: ageMs === null ? "unknown" : ageMs <= FRESH_MS ? "fresh" : "old",
  }));
  return { rows, more: known.length - rows.length };
}

function reversibleOf({ action }: EscalationView, undoMs: number): Card["reversible"] {
  const back = takenBackBy(action.tool);
  const undo = undoMs > 0 ? `an approval may be undone for ${undoMs / 1_000} s before anything is done; ` : "";
  const after =
    back === null
      ? "once done, nothing here takes it back"
      : `once done, it is taken back by a decision of \`${back}\``;
  return { takenBackBy: back, undoMs, text: `${undo}${after}` };
}

type Found = Pick<Card, "ask" | "recommendation" | "others" | "reply"> & { readonly ruler: Ruler | undefined };

/** Each part that is not there, and why: nobody has to guess whether it was forgotten. */
function absentOf({ ask, ruler, recommendation, others, reply }: Found): Card["absent"] {
  const gone: readonly (readonly [CardPart, boolean, string])[] = [
    ["customer", ask.customer === null, "what is asked names no customer"],
    ["product", ask.product === null, "what is asked names no product"],
    ["money", ask.money === null, "what is asked names no amount"],
    ["ruler", ruler === undefined, "no number that is known decides between passing, asking and blocking"],
    ["recommendation", recommendation === null, "no policy asked, so that past answers say nothing"],
    ["link", others.length > 0, "the other record is named as its system names it; no address of it is recorded"],
    ["reply", reply === null, "its policy has no words for the partner, or its request has no name for them"],
  ];
  return gone.filter(([, isAbsent]) => isAbsent).map(([part, , why]) => ({ part, why }));
}
