import type { Command } from "commander";
import { formatMinute } from "../audit/story/duration.ts";
import { oneLine } from "../audit/story/one-line.ts";
import { agreementWords, isOpen, type AgreementWord } from "../domain/agreement.ts";
import type { AgreementView } from "../gateway/http/agreements.ts";
import type { Answer } from "./answer.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { confirmSending } from "./confirm.ts";
import { widthOf } from "./io.ts";
import { connect } from "./session.ts";
import { writeList } from "./table.ts";

type SayOptions = {
  readonly as?: string;
  readonly reason?: string;
  readonly digest?: string;
  readonly key?: string;
  readonly yes?: boolean;
};

const words: { readonly [word in AgreementWord]: string } = {
  ok: "agree, for your company, to exactly what is shown",
  refuse: "refuse it: nothing is done",
  withdraw: "take it back, until the executor acts on it",
};

/** `mandate agreements`: what companies are asked to agree to before one of them acts. */
export function addAgreements(program: Command, cli: Cli): void {
  const noun = program.command("agreements").description("what companies are asked to agree to, and their answers");
  noun
    .command("list", { isDefault: true })
    .description("list them, what may still be answered first")
    .action(answering(cli, list));
  noun
    .command("show <id>")
    .description("show what is asked, by whom, and what each side said")
    .action(answering(cli, show));
  for (const word of agreementWords) {
    noun
      .command(`${word} <id>`)
      .description(words[word])
      .option("--reason <text>", "why, for your company's record")
      .option("--as <person>", "answer as this development identity")
      .option("--digest <hex>", "the digest of what you mean (default: what is shown now)")
      .option("--key <key>", "your name for this request (default: a random one)")
      .option("--yes", "do not ask again")
      .action(answering<SayOptions>(cli, (call) => say(word, call)));
  }
}

async function list({ options, io }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const { pages, total } = await everyPage((page) => bodyOf(client.v1.agreements.$get({ query: page })));
  const agreements = pages.flatMap((page) => page.agreements);
  const columns = [{ header: "ID" }, { header: "STATE" }, { header: "UNTIL" }, { header: "ASK", flexible: true }];
  const rows = agreements.map(({ agreementId, state, expiresAt, ask }) => [
    agreementId,
    state,
    formatMinute(expiresAt),
    ask ?? "",
  ]);
  const first = agreements[0];
  return {
    data: { agreements, total },
    text: first === undefined ? "Nothing was asked.\n" : writeList(columns, rows, { total, width: widthOf(io) }),
    next: first === undefined ? [] : [`agreements show ${first.agreementId}`],
  };
}

async function show({ args, options }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const agreementId = operand(args);
  const found = await bodyOf(client.v1.agreements[":agreementId"].$get({ param: { agreementId } }));
  const answers = isOpen(found.state) ? ["ok", "refuse"].map((word) => `agreements ${word} ${agreementId}`) : [];
  return { data: found, text: card(found), next: [...answers, `audit show ${found.caseId}`] };
}

async function say(word: AgreementWord, { args, options, io }: Call<SayOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const agreementId = operand(args);
  const { [":agreementId"]: one } = client.v1.agreements;
  const found = await bodyOf(one.$get({ param: { agreementId } }));
  const { reason, key = crypto.randomUUID(), digest = found.digest } = options;
  io.stderr.write(`${card(found)}\n${word} ${digest}\n`);
  await confirmSending(io, `say ${word}?`, options.yes);
  const json = { digest, ...(reason !== undefined && { reason }) };
  const request = { param: { agreementId }, header: { "idempotency-key": key }, json };
  const taken = await bodyOf(one[word].$post(request));
  const text = `${agreementId}: ${word} is said; it is ${taken.state}\n`;
  return { data: taken, text, next: [`agreements show ${agreementId}`] };
}

function card({ agreementId, state, executor, sides, ask, expiresAt, role, digest, said }: AgreementView): string {
  const lines = [
    oneLine(ask ?? "what was asked is erased"),
    `${executor} acts; needs ${sides.join(" and ")}, until ${formatMinute(expiresAt)}; ${role} answers for us`,
    ...said.map(({ side, word, saidAt, by, reason }) =>
      oneLine(
        `${side} ${word}${by === null ? "" : ` by ${by}`}, ${formatMinute(saidAt)}${reason === null ? "" : `: ${reason}`}`,
      ),
    ),
    `digest ${digest}`,
  ];
  return `${agreementId}  ${state}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
