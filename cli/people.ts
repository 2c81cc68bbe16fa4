import type { Command } from "commander";
import type { Person } from "../gateway/http/people.ts";
import type { Answer } from "./answer.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { databaseOf, unreachable } from "./database.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { knownPeople } from "./session.ts";
import { writeTable } from "./table.ts";

type AddOptions = { readonly id: string; readonly name: string; readonly role: string };

/** Role names as policies write them after `role:`. */
const ROLE = /^[a-z][a-z0-9-]{0,62}$/;
const ID = /^[^\s\p{C}]{1,100}$/u;
const NAME = /^(?=.*\S)\P{C}{1,200}$/u;

/** `mandate people`: who may read cases and answer escalations. A token is shown when it is made, and never again. */
export function addPeople(program: Command, cli: Cli): void {
  const noun = program.command("people").description("who may read cases and answer what waits");
  noun
    .command("list", { isDefault: true })
    .description("list the development identities of this machine: who may be named with --as")
    .action(answering(cli, list));
  noun
    .command("add")
    .description("add a person to the database, and print their token once")
    .requiredOption("--id <id>", "how records name them, such as dana")
    .requiredOption("--name <name>", "what people read")
    .requiredOption("--role <role>", "what policies ask for, such as partner-manager")
    .action(answering<AddOptions>(cli, add));
}

async function list({ io, options }: Call<object>): Promise<Answer> {
  const people = (await knownPeople(options)).map(({ personId, name, role }) => ({ personId, name, role }));
  const columns = [{ header: "PERSON" }, { header: "ROLE" }, { header: "NAME", flexible: true }];
  const rows = people.map(({ personId, role, name }) => [personId, role, name]);
  return {
    data: { people },
    text: people.length === 0 ? "Nobody yet: `npm start` makes them.\n" : writeTable(columns, rows, widthOf(io)),
    next: people.length === 0 ? [] : ["escalations list"],
  };
}

async function add({ options }: Call<AddOptions>): Promise<Answer> {
  const person = personFrom(options);
  const config = await options.settings();
  const { company } = config;
  const added = await addTo(await databaseOf(config), company, person);
  if (added.kind === "exists") {
    throw failure("conflict", "already-there", `\`${person.personId}\` is known at ${company}`, "choose another --id");
  }
  const { token } = added;
  return {
    data: { company, ...person, token },
    text:
      `Added ${person.name} (${person.personId}) as ${person.role} at ${company}.\n` +
      `Token, shown only now: ${token}\nIt is given with --token or MANDATE_TOKEN.\n`,
  };
}

function personFrom({ id, name, role }: AddOptions): Person {
  if (!ID.test(id)) throw failure("usage", "not-an-id", `\`${id}\` is no id`, "use up to 100 characters, no spaces");
  if (!NAME.test(name)) throw failure("usage", "not-a-name", `\`${name}\` is no name`, "use 1 to 200 characters");
  if (!ROLE.test(role)) {
    throw failure("usage", "not-a-role", `\`${role}\` is no role`, "use a to z, digits and -, as in partner-manager");
  }
  return { personId: id, name: name.trim(), role };
}

async function addTo(databaseUrl: string, company: string, person: Person) {
  const [{ createPool }, { addPerson }] = await Promise.all([
    import("../db/pool.ts"),
    import("../gateway/http/people.ts"),
  ]);
  const pool = createPool(databaseUrl, { max: 1 });
  try {
    return await addPerson(pool, company, person);
  } catch (error) {
    return unreachable(error);
  } finally {
    await pool.end();
  }
}
