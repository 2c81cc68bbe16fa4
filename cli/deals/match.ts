import { readFile } from "node:fs/promises";
import { prettifyError } from "zod";
import { oneLine } from "../../audit/story/one-line.ts";
import { DealRole } from "../../domain/deal-team.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { matchPartners, PartnerRow, type RoleMatch } from "../../functions/co-selling/match.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import { operand, type Call } from "../command.ts";
import { failure } from "../failure.ts";
import { connect } from "../session.ts";

export type MatchOptions = { readonly partners: string; readonly role: readonly string[] };

/** The right partner for each role, over the rows of a file. */
export async function match({ args, options }: Call<MatchOptions>): Promise<Answer> {
  const roles = options.role.map(roleOf);
  const client = await connect(options, { kind: "reader" });
  const dealId = operand(args);
  const { need, lacks, account } = await bodyOf(client.v1.deals[":dealId"].$get({ param: { dealId } }));
  if (need === null) {
    const fix = `set ${lacks.join(", ")} on the deal in the CRM`;
    throw failure("problemsFound", "need-unknown", `what deal \`${dealId}\` needs of a partner is not known`, fix);
  }
  const text = await readFile(options.partners, "utf8").catch((error: Error) => {
    throw failure("notFound", "no-such-file", `${options.partners} cannot be read: ${error.message}`);
  });
  const found = matchPartners({ ...need, roles }, rowsIn(options.partners, text));
  const { looked, out } = found;
  const left = Object.entries(out).flatMap(([why, count]) => (count === 0 ? [] : [`${count} ${why}`]));
  const counted = `${looked} partners looked at${left.length === 0 ? "" : `; left out: ${left.join(", ")}`}`;
  const said = found.roles.map(roleText).join("\n");
  return { data: { dealId, account, ...found }, text: `Deal ${dealId}\n\n${said}\n${counted}\n` };
}

function roleOf(given: string): DealRole {
  const role = DealRole.safeParse(given);
  if (role.success) return role.data;
  throw failure("usage", "no-such-role", `\`${given}\` is no role; these are: ${DealRole.options.join(", ")}`);
}

/** The rows of a file, one line after the other. Throws `CliFailure` with line, field and reason of the first that cannot be read. */
function* rowsIn(file: string, text: string): Generator<PartnerRow> {
  let [at, line] = [0, 0];
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    const written = text.slice(at, end === -1 ? text.length : end).trim();
    at = end === -1 ? text.length : end + 1;
    line += 1;
    if (written !== "") yield rowIn(`${file}:${line}`, written);
  }
}

function rowIn(place: string, written: string): PartnerRow {
  let given: unknown;
  try {
    given = JSON.parse(written);
  } catch {
    throw failure("usage", "unreadable-row", `${place}: not a JSON object`);
  }
  const row = PartnerRow.safeParse(given);
  if (row.success) return row.data;
  throw failure("usage", "unreadable-row", `${place}: ${oneLine(prettifyError(row.error))}`);
}

function roleText({ role, first, next, asks }: RoleMatch): string {
  if (first === null) return `${role}: no partner fits\n`;
  const lines = [
    `${role}: ${oneLine(first.name)} (${first.partnerId}), ${formatPpm(first.scorePpm)}`,
    ...first.reasons.map((reason) => `  ${oneLine(reason)}`),
    ...next.map(({ name, scorePpm, whyNot }) => `  not ${oneLine(name)}, ${formatPpm(scorePpm)}: ${oneLine(whyNot)}`),
    ...asks.map((why) => `  a person is to choose: ${oneLine(why)}`),
  ];
  return `${lines.join("\n")}\n`;
}
