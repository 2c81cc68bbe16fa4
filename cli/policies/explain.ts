import { formatMinute } from "../../audit/story/duration.ts";
import type { ExplanationView } from "../../gateway/http/history.ts";
import { noChange } from "../../guardrails/explain/ways.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import { operand, type Call } from "../command.ts";
import { findEscalation } from "../escalation-id.ts";
import { connect } from "../session.ts";
import { shortVersion } from "./heading.ts";

/** `mandate policy explain DECISION`: why it came out so, and what would have given another verdict. */
export async function explain({ args, options }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const id = operand(args);
  const known = id.startsWith("esc_") ? (await findEscalation(client, id)).decisionId : id;
  const explanation = await bodyOf(client.v1.decisions[":id"].explanation.$get({ param: { id: known } }));
  const { caseId, agrees } = explanation;
  const disagrees = "asked again, the policy's rules are not the recorded ones: check the record";
  return {
    data: explanation,
    text: explanationText(explanation),
    warnings: agrees === false ? [disagrees] : [],
    next: [`audit show ${caseId}`],
  };
}

function explanationText(view: ExplanationView): string {
  const { decisionId, caseId, at, policy, release, mode } = view;
  const source = release === "" ? "from files" : `release ${shortVersion(release)}`;
  return [
    `${view.sentence}\n`,
    `${decisionId} of ${caseId}, ${formatMinute(at)}`,
    `policy ${policy.id} version ${shortVersion(policy.version)}, ${source}, mode ${mode}`,
    ...explanationSections(view, ["Limits as they were read", view.limits]),
    "",
  ].join("\n");
}

type Explained = Pick<ExplanationView, "rules" | "params" | "candidate" | "verdict" | "ways">;
type LimitLines = readonly { readonly id: string; readonly text: string }[];

/** What an explanation holds beside its sentence, a text per section that has something to say. */
export function explanationSections(
  view: Explained,
  [title, limits]: readonly [string, LimitLines],
): readonly string[] {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["Rules", view.rules.flatMap(ruleLines)],
    ["Parameters", view.params.map(paramLine)],
    [title, limits.map(({ id, text }) => `${id}: ${text}`)],
    ["Candidate rules", candidateLines(view)],
    ["Other verdicts", view.ways.map(wayLine)],
  ];
  const told = sections.filter(([, lines]) => lines.length > 0);
  return told.map(([name, lines]) => `\n${name}\n${lines.map((line) => `  ${line}`).join("\n")}`);
}

type Rule = ExplanationView["rules"][number];

function ruleLines({ id, effect, state, matches, deciding, reason, tree }: Rule): readonly string[] {
  const role = deciding ? "decides" : matches === "unknown" ? "may match" : "matches";
  return [
    `${id} (${state === "candidate" ? "candidate, " : ""}${effect}, ${role}): ${reason}`,
    ...tree.map(({ depth, text, truth, read }) => {
      return `  ${truth.padEnd(7)}  ${"  ".repeat(depth)}${text}${read === null ? "" : `, read ${read}`}`;
    }),
  ];
}

function paramLine({ name, shown, source, passedOver }: ExplanationView["params"][number]): string {
  const others = passedOver.map(({ override, why }) => `; ${override} does not apply: ${why}`);
  const from = source === "base" ? source : `override ${source}`;
  return `${name} ${shown ?? "not settled"} (${from}${others.join("")})`;
}

function candidateLines({ candidate, verdict }: Explained): readonly string[] {
  if (candidate === null) return [];
  const outcome = candidate.flips ? `${candidate.verdict} instead of ${verdict}` : `${candidate.verdict} as well`;
  return [`with them: ${outcome}`, ...candidate.rules.map(({ id, effect, reason }) => `${id} (${effect}): ${reason}`)];
}

function wayLine({ verdict, changes, obstacles }: ExplanationView["ways"][number]): string {
  const needed = changes === null ? noChange : changes.map(({ text }) => text).join(" and ");
  const standing = obstacles.length === 0 ? "" : `in the way: ${obstacles.join(", ")}`;
  return `${verdict}: ${[needed, standing].filter((part) => part !== "").join("; ")}`;
}
