import { Option, type Command } from "commander";
import type { WaitingView } from "../gateway/http/people-changes.ts";
import { aliasKinds, OWN_SYSTEM, type AliasKind } from "../domain/alias.ts";
import type { Answer } from "./answer.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { connect, knownPeople, type Environment } from "./session.ts";
import { writeList } from "./table.ts";

type As = { readonly as?: string };
type Why = As & { readonly reason: string };
type AddOptions = Why & { readonly id: string; readonly name: string; readonly role: string; readonly login: boolean };
type AliasOptions = Why & { readonly system: string; readonly kind: AliasKind };

const ROLE = /^[a-z][a-z0-9-]{0,62}$/;
const ID = /^[^\s\p{C}]{1,100}$/u;
const NAME = /^(?=.*\S)\P{C}{1,200}$/u;

const ALIAS_HELP = `
A mail address, an owner's id, a user's id or a name, as the system writes it. A name that two people have is nobody's.`;

/** What admins do: ask, second, drop, sync. A token is shown when it is made, and never again. */
export function addPeopleChanges(noun: Command, cli: Cli): void {
  const asked = (command: Command) =>
    command
      .requiredOption("--reason <text>", "why; it is recorded and sealed")
      .option("--as <person>", "act as this development identity");
  asked(noun.command("add").description("ask for a new person, and print the token that they will have"))
    .requiredOption("--id <id>", "how records name them, such as dana")
    .requiredOption("--name <name>", "what people read")
    .requiredOption("--role <role>", "what policies ask for, such as partner-manager")
    .option("--no-login", "without a token: somebody who asks and never logs in")
    .action(answering<AddOptions>(cli, add));
  const alias = noun.command("alias").description("what systems call somebody");
  for (const verb of ["add", "remove"] as const) {
    asked(alias.command(`${verb} <person> <alias>`).description(`${verb} one`))
      .option("--system <system>", "the system that writes it", "crm")
      .addOption(new Option("--kind <kind>", "what it is").choices([...aliasKinds]).default("mail"))
      .addHelpText("after", ALIAS_HELP)
      .action(answering<AliasOptions>(cli, (call) => changeAlias(verb, call)));
  }
  asked(noun.command("role <person> <role>").description("change somebody's role; a lower one holds at once")).action(
    answering<Why>(cli, changeRole),
  );
  asked(
    noun.command("revoke <person>").description("let nobody in by their token, and know nobody by their names"),
  ).action(answering<Why>(cli, revoke));
  asked(noun.command("rotate-token <person>").description("make a new token: your own holds at once")).action(
    answering<Why>(cli, rotate),
  );
  noun
    .command("pending")
    .description("list what waits for a second admin")
    .option("--as <person>", "act as this development identity")
    .action(answering<As>(cli, pending));
  for (const verb of ["second", "drop"] as const) {
    noun
      .command(`${verb} <change...>`)
      .description(verb === "second" ? "second what another admin asked for" : "say that it is not to be")
      .option("--as <person>", "act as this development identity")
      .action(answering<As>(cli, (call) => settle(verb, call)));
  }
  noun
    .command("sync")
    .description("bring in whom the CRM knows; what widens waits for a second admin")
    .option("--as <person>", "act as this development identity")
    .action(answering<As>(cli, sync));
}

function clientAs(options: Call<As>["options"]) {
  return connect(options, { kind: "person", personId: options.as });
}

async function add({ options }: Call<AddOptions>): Promise<Answer> {
  const { id: personId, name, role, login: token, reason } = options;
  if (!ID.test(personId)) throw usage("not-an-id", `\`${personId}\` is no id`, "use up to 100 characters, no spaces");
  if (!NAME.test(name)) throw usage("not-a-name", `\`${name}\` is no name`, "use 1 to 200 characters");
  checkRole(role);
  const client = await clientAs(options);
  const json = { personId, name, role, token, reason };
  const taken = await bodyOf(client.v1.people.$post({ param: {}, json }));
  return told(options, taken, `${name.trim()} (${personId}) as ${role}`);
}

function usage(code: string, detail: string, fix: string) {
  return failure("usage", code, detail, fix);
}

function checkRole(role: string): void {
  if (ROLE.test(role)) return;
  throw usage("not-a-role", `\`${role}\` is no role`, "use a to z, digits and -, as in partner-manager");
}

async function changeAlias(verb: "add" | "remove", { args, options }: Call<AliasOptions>): Promise<Answer> {
  const [personId = "", alias = ""] = args;
  const { system, kind, reason } = options;
  const client = await clientAs(options);
  const { aliases } = client.v1.people[":personId"];
  const sent = { param: { personId }, json: { alias: { system, kind, alias }, reason } };
  const taken = await bodyOf(verb === "add" ? aliases.$post(sent) : aliases.remove.$post(sent));
  return told(options, taken, `${personId}, whom ${system} ${verb === "add" ? "calls" : "no longer calls"} ${alias}`);
}

async function changeRole({ args, options }: Call<Why>): Promise<Answer> {
  const [personId = "", role = ""] = args;
  checkRole(role);
  const client = await clientAs(options);
  const { $post } = client.v1.people[":personId"].role;
  return told(
    options,
    await bodyOf($post({ param: { personId }, json: { role, reason: options.reason } })),
    `${personId} as ${role}`,
  );
}

async function revoke({ args, options }: Call<Why>): Promise<Answer> {
  const personId = operand(args);
  const client = await clientAs(options);
  const { $post } = client.v1.people[":personId"].revoke;
  return told(
    options,
    await bodyOf($post({ param: { personId }, json: { reason: options.reason } })),
    `${personId}, revoked`,
  );
}

async function rotate({ args, options }: Call<Why>): Promise<Answer> {
  const personId = operand(args);
  const client = await clientAs(options);
  const { $post } = client.v1.people[":personId"].token;
  const taken = await bodyOf($post({ param: { personId }, json: { reason: options.reason } }));
  return told(options, taken, `${personId}, with a new token`);
}

type Taken = { readonly changeId: string; readonly state: "done" | "waiting"; readonly token: string | null };

async function told(options: Environment, taken: Taken, what: string): Promise<Answer> {
  const { changeId, state, token } = taken;
  const shown = token === null ? "" : `Token, shown only now: ${token}\nIt is given with --token or MANDATE_TOKEN.\n`;
  const stands = state === "done" ? "Done" : "Waits for a second admin";
  return {
    data: taken,
    text: `${stands}: ${what}. Recorded as ${changeId}.\n${shown}`,
    next: state === "done" ? [] : [await seconding(options, changeId)],
  };
}

async function seconding(options: Environment, changeId: string): Promise<string> {
  const other = (await knownPeople(options)).filter(({ role }) => role === "admin").at(-1);
  return `people second ${changeId} --as ${other?.personId ?? "PERSON"}`;
}

async function pending({ io, options }: Call<As>): Promise<Answer> {
  const client = await clientAs(options);
  const { pages, total } = await everyPage((page) => bodyOf(client.v1["people-changes"].$get({ query: page })));
  const changes = pages.flatMap((page) => page.changes);
  const columns = [
    { header: "ID" },
    { header: "CHANGE" },
    { header: "PERSON" },
    { header: "ASKED BY" },
    { header: "WHAT", flexible: true },
  ];
  const rows = changes.map((one) => [one.changeId, one.change, one.personId, one.askedBy, whatOf(one)]);
  const [first] = changes;
  return {
    data: { changes, total },
    text:
      first === undefined
        ? "Nothing waits for a second admin.\n"
        : writeList(columns, rows, { total, width: widthOf(io) }),
    next: first === undefined ? [] : [await seconding(options, first.changeId)],
  };
}

function whatOf({ name, role, aliases, reason }: WaitingView): string {
  const called = aliases.filter(({ system }) => system !== OWN_SYSTEM).map(({ kind, alias }) => `${kind} ${alias}`);
  const said = [name, role, ...called].filter((text) => text !== null);
  return [...said, `(${reason})`].join(", ");
}

async function settle(verb: "second" | "drop", { args, options }: Call<As>): Promise<Answer> {
  const client = await clientAs(options);
  const settled: { readonly changeId: string; readonly state: string }[] = [];
  for (const changeId of args) {
    settled.push(await bodyOf(client.v1["people-changes"][":changeId"][verb].$post({ param: { changeId }, json: {} })));
  }
  return {
    data: { changes: settled },
    text: settled.map(({ changeId, state }) => `${changeId} is ${state}.\n`).join(""),
  };
}

async function sync({ options }: Call<As>): Promise<Answer> {
  const client = await clientAs(options);
  const synced = await bodyOf(client.v1["people-changes"].sync.$post({ json: {} }));
  const { owners, waiting, narrowed, contested } = synced;
  const told = `The CRM knows ${owners}: ${waiting.length} changes wait for a second admin, ${narrowed.length} hold.\n`;
  return {
    data: synced,
    text: told,
    warnings: contested.map((id) => `owner ${id} goes by names of several people here: nothing was changed for them`),
    next: waiting.length === 0 ? [] : ["people pending", await seconding(options, waiting.join(" "))],
  };
}
