import { readFile } from "node:fs/promises";
import type { JsonObject } from "../../domain/json.ts";
import type { Approvers } from "../../gateway/http/rollout.ts";
import type { SuggestionView, SuggestionViews } from "../../releases/suggestions.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Client } from "../client.ts";
import { operand, type Call } from "../command.ts";
import { failure } from "../failure.ts";
import { widthOf } from "../io.ts";
import { connect } from "../session.ts";
import { writeTable } from "../table.ts";
import { entryOf, readFolder, soundPolicy, type PolicyEntry } from "./folder.ts";
import { pastDecisions } from "./past-decisions.ts";
import { sinceOf } from "./since.ts";

/** Evidence for a limit takes long to gather. */
const DEFAULT_SINCE = "180d";

export type SuggestionOptions = { readonly since?: string };
export type ShowSuggestionOptions = SuggestionOptions & { readonly patch?: boolean };

type Learned = SuggestionViews & { readonly policyId: string; readonly requests: number; readonly more: boolean };

/** `mandate policy suggestions [POLICY]`: what people's answers say about the limits. It lists and changes nothing. */
export async function suggestions({ args, options, io }: Call<SuggestionOptions>): Promise<Answer> {
  const folder = await readFolder(options);
  const entries = args[0] === undefined ? folder.entries : [entryOf(folder, args[0])];
  const client = await connect(options, { kind: "reader" });
  const since = sinceOf(options.since ?? DEFAULT_SINCE);
  const learned: Learned[] = [];
  for (const entry of entries) learned.push(await learn(client, entry, since));
  const { approvers } = await bodyOf(client.v1.approvers.$get({ query: { since } }));
  const found = learned.flatMap((one) => one.suggestions);
  const [first] = found;
  return {
    data: { policies: learned, approvers },
    text: `${listText(learned, widthOf(io))}\n${approversText(approvers)}`,
    warnings: learned
      .filter(({ more }) => more)
      .map(({ policyId, requests }) => `\`${policyId}\` has more answers than the latest ${requests}: give --since`),
    next: first === undefined ? [] : [`policy suggestions show ${first.id}`],
  };
}

/** `mandate policy suggestions show ID`: the change as a patch, with the evidence for it. It writes nothing. */
export async function showSuggestion({ args, options, io }: Call<ShowSuggestionOptions>): Promise<Answer> {
  const id = operand(args);
  const entry = entryOf(await readFolder(options), policyOfSuggestion(id));
  const client = await connect(options, { kind: "reader" });
  const since = sinceOf(options.since ?? DEFAULT_SINCE);
  const suggestion = suggestedAs(id, await learn(client, entry, since));
  if (options.patch === true) return patchAnswer(suggestion, entry.id);
  const { simulateSuggestion } = await import("../../releases/suggestions.ts");
  const { simulationText } = await import("./simulate-report.ts");
  const past = await pastDecisions(client, entry.id, since);
  const simulation = simulateSuggestion(soundPolicy(entry), suggestion, past);
  const replayed = simulationText(simulation, `since ${since ?? ""}, with the change`, widthOf(io));
  return {
    data: { ...suggestion, simulation },
    text: suggestionCard(suggestion, replayed),
    next: [`policy test ${entry.id}`, `policy simulate ${entry.id}`],
  };
}

/** `renewals.price` of `renewals.price.rise-over.auto_rise`: a suggestion's id ends in a rule and a parameter. */
function policyOfSuggestion(id: string): string {
  return id.replace(/(?:\.[^.]+){2}$/, "");
}

/** The patch alone, to be piped into `git apply`. */
function patchAnswer(suggestion: SuggestionView, policyId: string): Answer {
  const { id, patch } = suggestion;
  if (patch !== null) return { data: suggestion, text: patch, next: [`policy test ${policyId}`] };
  throw failure("failure", "no-patch", `\`${id}\` is no change of one line`, "change the parameter by hand");
}

function suggestedAs(id: string, { suggestions: found, held }: Learned): SuggestionView {
  const suggestion = found.find((known) => known.id === id);
  if (suggestion !== undefined) return suggestion;
  const lacking = held.find((known) => known.id === id)?.lacking.join("; ");
  const why = lacking === undefined ? "" : `: ${lacking}`;
  throw failure(
    "notFound",
    "no-such-suggestion",
    `nothing is suggested as \`${id}\`${why}`,
    "see `policy suggestions`",
  );
}

async function learn(client: Client, entry: PolicyEntry, since: string | undefined): Promise<Learned> {
  const { suggestionViews } = await import("../../releases/suggestions.ts");
  const policy = soundPolicy(entry);
  const { $get } = client.v1.policies[":policyId"].answers;
  const { requests, more } = await bodyOf($get({ param: { policyId: entry.id }, query: { since } }));
  const history = requests.map((request) => ({ ...request, facts: request.facts as JsonObject }));
  const text = await readFile(entry.file, "utf8");
  const views = suggestionViews({ policy, file: entry.file, text }, history);
  return { policyId: entry.id, requests: requests.length, more, ...views };
}

function listText(learned: readonly Learned[], width: number | undefined): string {
  const found = learned.flatMap((one) => one.suggestions);
  const held = learned.flatMap((one) => one.held);
  const columns = [{ header: "SUGGESTION" }, { header: "WHAT AND WHY", flexible: true }];
  const rows = found.map(({ id, sentence }) => [id, sentence]);
  const waiting = held.map(({ id, lacking }) => `${id}: ${lacking.join("; ")}`);
  return [
    found.length === 0 ? "Nothing is suggested.\n" : writeTable(columns, rows, width),
    ...(waiting.length === 0 ? [] : [`\nNot yet:\n${waiting.map((line) => `  ${line}\n`).join("")}`]),
  ].join("");
}

function approversText(approvers: Approvers["approvers"]): string {
  if (approvers.length === 0) return "Nobody has answered anything.\n";
  const columns = [
    { header: "PERSON" },
    { header: "ANSWERS", right: true },
    { header: "APPROVED", right: true },
    { header: "MOST IN AN HOUR", right: true },
    { header: "MEDIAN SECONDS", right: true },
  ];
  const rows = approvers.map(({ personId, answers, approvals, mostPerHour, medianSeconds }) => [
    personId,
    ...[answers, approvals, mostPerHour, medianSeconds].map(String),
  ]);
  return writeTable(columns, rows);
}

function suggestionCard(suggestion: SuggestionView, replayed: string): string {
  const { sentence, patch } = suggestion;
  return [
    `${sentence}\n`,
    patch ?? "The file does not hold the parameter in one line: change it by hand.\n",
    evidenceText(suggestion),
    proofsText(suggestion),
    replayed,
    "Nothing was changed: apply the patch, test it, and release it as any other change.\n",
  ].join("\n");
}

function evidenceText(suggestion: SuggestionView): string {
  if (suggestion.kind === "tighten") {
    const lines = suggestion.reversals.map(({ item, rejected }) => `  ${item.decisionId}, rejected as ${rejected}\n`);
    return `Executed alone, then rejected:\n${lines.join("")}`;
  }
  const { asked, approved, expired, approvers, decisionIds } = suggestion.evidence;
  const silent = expired === 0 ? "" : `, ${expired} denied by silence`;
  return `Evidence: ${asked} asked, ${approved} approved by ${approvers.join(", ")}${silent}; such as ${decisionIds.join(" ")}\n`;
}

function proofsText({ proofs, proofsLack }: SuggestionView): string {
  if (proofs === null) return `The invariants could not be tried: ${proofsLack ?? ""}\n`;
  if (proofs.length === 0) return "The policy states no invariant.\n";
  const lines = proofs.map((proof) => {
    const why = proof.kind === "undecided" ? `: ${proof.why}` : "";
    return `  ${proof.invariant}: ${proof.kind === "proved" ? "PROVED" : proof.kind}${why}\n`;
  });
  return `Invariants with the change:\n${lines.join("")}`;
}
