import type { Command } from "commander";
import type { PersonView } from "../gateway/http/people.ts";
import type { Answer } from "./answer.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { widthOf } from "./io.ts";
import { addPeopleChanges } from "./people-changes.ts";
import { callerOf, connect, knownPeople } from "./session.ts";
import { writeList } from "./table.ts";

type AsOptions = { readonly as?: string };

/** `mandate people`: who is who, and what changes it. */
export function addPeople(program: Command, cli: Cli): void {
  const noun = program.command("people").description("who may read cases and answer what waits, and who asks");
  noun
    .command("list", { isDefault: true })
    .description("list who is known; those who may be named with --as on this machine are marked")
    .action(answering<AsOptions>(cli, list));
  noun
    .command("show <person>")
    .description("show what systems call somebody: for admins, and for oneself")
    .option("--as <person>", "ask as this development identity")
    .action(answering<AsOptions>(cli, show));
  addPeopleChanges(noun, cli);
}

async function list({ io, options }: Call<AsOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const here = new Set((await knownPeople(options)).map(({ personId }) => personId));
  const { pages, total } = await everyPage((page) => bodyOf(client.v1.people.$get({ query: page })));
  const people = pages.flatMap((page) => page.people);
  const columns = [{ header: "PERSON" }, { header: "ROLE" }, { header: "STATE" }, { header: "NAME", flexible: true }];
  const rows = people.map((person) => [person.personId, person.role, stateOf(person, here), person.name]);
  const [first] = people;
  return {
    data: { people: people.map((person) => ({ ...person, here: here.has(person.personId) })), total },
    text: writeList(columns, rows, { total, width: widthOf(io) }),
    next: first === undefined ? [] : [`people show ${first.personId}`],
  };
}

function stateOf({ personId, revokedAt, hasToken }: PersonView, here: ReadonlySet<string>): string {
  if (revokedAt !== null) return "revoked";
  if (here.has(personId)) return `--as ${personId}`;
  return hasToken ? "has a token" : "asks only";
}

async function show({ args, options }: Call<AsOptions>): Promise<Answer> {
  const client = await connect(options, callerOf(options.as));
  const { $get } = client.v1.people[":personId"];
  const person = await bodyOf($get({ param: { personId: operand(args) } }));
  const { personId, name, role, revokedAt, aliases } = person;
  const known = aliases.map(({ system, kind, alias }) => `  ${system} ${kind}: ${alias}\n`).join("");
  const state = revokedAt === null ? "" : `, revoked at ${revokedAt}`;
  return { data: person, text: `${name} (${personId}), ${role}${state}. Known as\n${known}` };
}
