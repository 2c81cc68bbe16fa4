import type { Command } from "commander";
import { nameInWords } from "../domain/name-in-words.ts";
import { provenanceInWords, provenances } from "../domain/provenance.ts";
import type { DecisionAnswer, DecisionRequest, DecisionStanding } from "../gateway/http/decisions.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { failure, type ExitName } from "./failure.ts";
import { readAll, type Io } from "./io.ts";
import { connect } from "./session.ts";

type DecideOptions = {
  readonly facts?: string;
  readonly fields?: string;
  readonly ref: string;
  readonly key?: string;
  readonly action?: string;
  readonly as?: string;
};
type CallerOptions = { readonly as?: string };
type ReportOptions = CallerOptions & { readonly done?: boolean | string; readonly failed?: string };

/** `mandate decide` and `mandate decisions`: the decide service from a shell. */
export function addDecide(program: Command, cli: Cli): void {
  const as = ["--as <person>", "who asks: a development identity of this machine"] as const;
  program
    .command("decide <policy>")
    .description("ask for a decision; exit 0 execute, 8 escalate, 7 block")
    .option("--facts <file>", "the facts as a JSON object; - reads standard input")
    .option("--fields <file>", "a record's fields as a JSON object: its function computes facts from them")
    .requiredOption("--ref <id>", "your own id of what it is about")
    .option("--key <key>", "your name for this request: the same one has the same answer (default: a random one)")
    .option("--action <name>", "what the permit is for, in your words (default: the policy's id)")
    .option(...as)
    .action(answering<DecideOptions>(cli, decide));
  const noun = program.command("decisions").description("what was asked of the decide service");
  noun.command("show <id>").description("where a request stands").action(answering<CallerOptions>(cli, show));
  noun
    .command("regate <id>")
    .description("decide again what people approved: the permit comes with it")
    .option(...as)
    .action(answering<CallerOptions>(cli, regate));
  noun
    .command("withdraw <id>")
    .description("take back a question that nobody has answered yet")
    .option(...as)
    .action(answering<CallerOptions>(cli, withdraw));
  noun
    .command("report <id>")
    .description("say what became of the permitted action, once")
    .option("--done [ref]", "it is done; give the id of what came of it")
    .option("--failed <reason>", "it could not be done")
    .option(...as)
    .action(answering<ReportOptions>(cli, report));
}

async function decide({ args, options, io }: Call<DecideOptions>): Promise<Answer> {
  const client = await connect(options, callerOf(options));
  const { action: name, ref } = options;
  if (options.facts === undefined && options.fields === undefined) {
    throw failure("usage", "no-facts", "say what is to be decided on", "give --facts FILE, --fields FILE, or both");
  }
  const [facts, fields] = [await readObject(options.facts, io), await readObject(options.fields, io)];
  const request: DecisionRequest = {
    policy: operand(args),
    facts: facts ?? {},
    ...(fields !== undefined && { fields }),
    ref,
    ...(name !== undefined && { action: { name, args: facts ?? {} } }),
  };
  const key = options.key ?? crypto.randomUUID();
  return told(await bodyOf(client.v1.decisions.$post({ header: { "idempotency-key": key }, json: request })));
}

async function show({ args, options }: Call<CallerOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const { $get } = client.v1.decisions[":decisionId"];
  const standing = await bodyOf($get({ param: { decisionId: operand(args) } }));
  return {
    data: standing,
    text: `${standingText(standing)}\n${decisionText(standing.decision)}${factsText(standing)}`,
    next: [...nextOf(standing), `audit show ${standing.caseId}`],
  };
}

async function regate({ args, options }: Call<CallerOptions>): Promise<Answer> {
  const client = await connect(options, callerOf(options));
  const { $post } = client.v1.decisions[":decisionId"].regate;
  return told(await bodyOf($post({ param: { decisionId: operand(args) }, json: {} })));
}

async function withdraw({ args, options }: Call<CallerOptions>): Promise<Answer> {
  const client = await connect(options, callerOf(options));
  const { $post } = client.v1.decisions[":decisionId"].withdraw;
  const standing = await bodyOf($post({ param: { decisionId: operand(args) }, json: {} }));
  return { data: standing, text: `${standingText(standing)}\n`, next: [`audit show ${standing.caseId}`] };
}

async function report({ args, options }: Call<ReportOptions>): Promise<Answer> {
  const { done, failed } = options;
  if ((done === undefined) === (failed === undefined)) {
    throw failure("usage", "no-outcome", "say how it ended", "give one of --done and --failed REASON");
  }
  const client = await connect(options, callerOf(options));
  const outcome =
    failed === undefined
      ? { state: "done" as const, ...(typeof done === "string" && { externalRef: done }) }
      : { state: "failed" as const, detail: failed };
  const { $post } = client.v1.decisions[":decisionId"].outcome;
  const taken = await bodyOf($post({ param: { decisionId: operand(args) }, json: outcome }));
  return { data: taken, text: `${taken.decisionId} is ${taken.state}\n`, next: [`decisions show ${taken.decisionId}`] };
}

function callerOf({ as }: CallerOptions) {
  return as === undefined ? ({ kind: "reader" } as const) : ({ kind: "person", personId: as } as const);
}

async function readObject(path: string | undefined, { stdin }: Io): Promise<DecisionRequest["facts"] | undefined> {
  if (path === undefined) return undefined;
  const text = path === "-" ? await readAll(stdin) : await readFile(path);
  try {
    const facts: unknown = JSON.parse(text);
    if (typeof facts === "object" && facts !== null && !Array.isArray(facts)) return { ...facts };
  } catch {
    // Told below with everything else that is no object.
  }
  throw failure("usage", "not-facts", `${path} holds no JSON object`, 'write facts by name: { "days": 3 }');
}

async function readFile(path: string): Promise<string> {
  const fs = await import("node:fs/promises");
  return fs.readFile(path, "utf8").catch((error: Error) => {
    throw failure("notFound", "no-such-file", `${path} cannot be read: ${error.message}`);
  });
}

/** What a verdict means to the shell. */
export const exitOfVerdict: { readonly [verdict in DecisionAnswer["verdict"]]: ExitName } = {
  execute: "ok",
  escalate: "pending",
  block: "blocked",
};

/** An escalation that people approved comes with its permit, and is no longer pending. */
function told(answer: DecisionAnswer): Answer {
  const { decisionId, verdict, permit, escalationId } = answer;
  return {
    data: answer,
    text: decisionText(answer),
    next: [
      ...(escalationId === null ? [] : [`escalations show ${escalationId}`]),
      permit === null ? `decisions show ${decisionId}` : `decisions report ${decisionId} --done`,
    ],
    exit: permit === null ? exitOfVerdict[verdict] : "ok",
  };
}

/** What comes of it: a permit, people who are asked, or nothing. */
function comesOf({ permit, route, mode }: DecisionAnswer): readonly string[] {
  if (permit !== null) return [`  permit ${permit.permitId}`];
  if (mode === "off" || mode === "shadow") return [`  recorded only: nobody is asked while the mode is ${mode}`];
  return route === null ? [] : [`  asked: ${route.id}`];
}

function decisionText(answer: DecisionAnswer) {
  const { verdict, decisionId, reason, rules, missing, policy, mode } = answer;
  const lines = [
    `${verdict}  ${decisionId}  ${policy.id} ${policy.version.slice(0, 12)}${mode === "led" ? "" : `  ${mode}`}`,
    `  ${reason}`,
    ...rules.map((rule) => `  - ${rule.id}: ${rule.effect}, ${rule.reason}`),
    ...(missing.length === 0 ? [] : [`  not known: ${missing.join(", ")}`]),
    ...comesOf(answer),
  ];
  return `${lines.join("\n")}\n`;
}

function standingText({ state, ref, action, requestedBy, waitingFor, takenBack, outcome }: DecisionStanding): string {
  const waits = waitingFor === null ? "" : `: ${waitingFor.role} answers by ${waitingFor.dueAt}`;
  const ended = outcome?.externalRef ?? outcome?.detail ?? "";
  const noMore =
    takenBack === null ? "" : `\n  people are asked no more (${takenBack.escalationId}): ${takenBack.reason}`;
  return `${ref}: ${action.name}, asked by ${requestedBy}, ${state}${waits}${ended === "" ? "" : `: ${ended}`}${noMore}`;
}

/** The facts of a request, by whose word they are. */
function factsText({ facts }: DecisionStanding): string {
  const lines = provenances.flatMap((from) => {
    const told = Object.entries(facts).filter(([, fact]) => fact.from === from);
    const words = told.map(([name, { value }]) => `${nameInWords(name)} ${JSON.stringify(value)}`);
    return words.length === 0 ? [] : [`  ${provenanceInWords[from]}: ${words.join(", ")}\n`];
  });
  return lines.join("");
}

function nextOf({ state, waitingFor, decision }: DecisionStanding): readonly string[] {
  if (waitingFor !== null) return [`escalations show ${waitingFor.escalationId}`];
  if (state === "approved") return [`decisions regate ${decision.decisionId}`];
  return state === "permitted" ? [`decisions report ${decision.decisionId} --done`] : [];
}
