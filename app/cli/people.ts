import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { widthOf } from "./io.ts";
import { knownPeople } from "./session.ts";
import { writeTable } from "./table.ts";

/** `mandate people`: the development identities of this machine. Tokens are never shown. */
export function addPeople(program: Command, cli: Cli): void {
  const noun = program.command("people").description("the development identities of this machine");
  noun.command("list", { isDefault: true }).description("list who may be named with --as").action(answering(cli, list));
}

async function list({ io }: Call<object>): Promise<Answer> {
  const people = (await knownPeople()).map(({ personId, name, role }) => ({ personId, name, role }));
  const columns = [{ header: "PERSON" }, { header: "ROLE" }, { header: "NAME", flexible: true }];
  const rows = people.map(({ personId, role, name }) => [personId, role, name]);
  return {
    data: { people },
    text: people.length === 0 ? "Nobody yet: `npm start` makes them.\n" : writeTable(columns, rows, widthOf(io)),
    next: people.length === 0 ? [] : ["escalations list"],
  };
}
