import { isServiceStep } from "../../domain/decide-case.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Told } from "./line.ts";
import { objectAt, objectsAt, sentence, textAt, textsAt, withText, wordOf } from "./loose.ts";
import { showFacts, showProvenance } from "./values.ts";

/** Modes that let nothing come of a decision; see `Mode` in domain/decision-details.ts. */
const recordedOnly: readonly string[] = ["off", "shadow"];

/** Under a mode that withholds it, a verdict is what would have happened. */
function withheldWords(verdict: string, mode: string): string {
  const would: { readonly [verdict: string]: string } = {
    execute: "would let the action pass",
    escalate: "would ask people",
    block: "would block the action",
  };
  return `${wordOf(would, verdict) ?? sentence("decides", verdict)}, but the mode is ${mode}: it is recorded and nothing comes of it`;
}

function verdictWords(body: JsonObject): string {
  const verdict = textAt(body, "verdict");
  const mode = textAt(objectAt(body, "details"), "mode");
  if (recordedOnly.includes(mode)) return withheldWords(verdict, mode);
  const approvalId = textAt(body, "approvalId");
  if (approvalId !== "" && verdict !== "block") return `lets the action pass on approval ${approvalId}`;
  switch (verdict) {
    case "execute":
      return "lets the action pass without asking anyone";
    case "escalate":
      return "may not decide this alone and asks people";
    case "block":
      return "blocks the action";
    default:
      return sentence("decides", verdict);
  }
}

function ruleLine(rule: JsonObject): string {
  return sentence("rule", textAt(rule, "id"), `(${textAt(rule, "effect") || "?"}):`, textAt(rule, "reason"));
}

/** What the partner may be told of it, in the policy's own words. */
function letterLines({ letter }: JsonObject): readonly string[] {
  const told = objectAt({ letter: letter ?? {} }, "letter");
  const say = (what: string) => (line: string) => `${what}: ${line}`;
  return [
    ...textsAt(told, "reasons").map(say("why, for the partner")),
    ...textsAt(told, "mend").map(say("what would mend it, for the partner")),
  ];
}

function offerLines(details: JsonObject): readonly string[] {
  return objectsAt(details, "offers").map((offer) => `would pass without asking anyone: ${textAt(offer, "text")}`);
}

/** The verdict with its policy, every rule that matched, what was not known, and the values that were read. */
export function tellDecision(body: JsonObject): Told {
  const policy = objectAt(body, "policy");
  const version = textAt(policy, "version").slice(0, 12);
  const missing = textsAt(body, "missing");
  const facts = showFacts(textAt(policy, "id"), objectAt(body, "facts"));
  const provenance = showProvenance(textAt(policy, "id"), objectAt(body, "facts"), {
    asked: isServiceStep(textAt(body, "stepKey")),
    derived: textsAt(objectAt(body, "details"), "derived"),
  });
  const reason = textAt(body, "reason");
  const rules = objectsAt(body, "rules");
  const saidByRule = rules.some((rule) => textAt(rule, "reason") === reason);
  return {
    who: sentence("guardrail", withText("policy", textAt(policy, "id")), withText("version", version)),
    text: `${verdictWords(body)}${reason === "" || saidByRule ? "" : `: ${reason}`}`,
    because: [
      ...rules.map(ruleLine),
      ...offerLines(objectAt(body, "details")),
      ...letterLines(body),
      ...(missing.length === 0 ? [] : [`not known: ${missing.join(", ")}`]),
      ...(facts === "" ? [] : [`values read: ${facts}`, ...provenance]),
      ...[withText("asked for by", textAt(body, "requestedBy")), withText("permit", textAt(body, "permitId"))].filter(
        (line) => line !== "",
      ),
    ],
  };
}
