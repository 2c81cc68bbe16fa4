import type { Command } from "commander";
import { treeOf } from "../audit/lists/content.ts";
import { nearest } from "../guardrails/did-you-mean.ts";
import { nameIn, normalOfKind, type ListKind } from "../guardrails/name-list.ts";
import type { NormalStep } from "../domain/normal-text.ts";
import type { NameListContent, NameListView } from "../gateway/http/lists.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { asSomebody } from "./policies/release-words.ts";
import { openSigning, type Signing, type SigningOptions } from "./policies/signing.ts";
import { connect, type Globals } from "./session.ts";
import { writeTable } from "./table.ts";
import { withReason } from "./controls.ts";

const help = `
A policy looks a name up by { fact: partner, operator: in, value: { list: strategic-partners } }; what its names are is declared in
policies/shared/strategic-partners.list.yaml. What it holds is changed here and is no policy release: each version is signed, and
each decision names the one that it read, with a proof. A change that is proved to loosen nothing, whatever the names, counts at
once; any other waits for a second person, who asks for the same by \`approve\`. A rate is a line of a list \`of: rate\`:
mandate lists add fx "2026-03-20 EUR USD 1.0842 ECB" is what one euro was in dollars on that day, and who says so.`;

/** `mandate lists`: what lists hold that policies look names up in. */
export function addLists(program: Command, cli: Cli): void {
  const noun = program
    .command("lists")
    .description("names that policies look up, versioned and signed apart")
    .addHelpText("after", help);
  noun
    .command("show [list]", { isDefault: true })
    .description("every list, or what one holds and how it came to that")
    .option("--as <person>", "act as this development identity")
    .action(answering<{ as?: string }>(cli, show));
  withReason(noun.command("add <list> <names...>").description("put names on a list"))
    .option("--of <kind>", "of a list that no policy in force names yet: partner, person, domain or rate")
    .action(answering<ChangeOptions>(cli, (call) => change(call, (names, given) => [...names, ...given])));
  withReason(noun.command("remove <list> <names...>").description("take names off a list")).action(
    answering<ChangeOptions>(cli, (call) =>
      change(call, (names, given) => names.filter((name) => !given.includes(name))),
    ),
  );
  withReason(noun.command("approve <list>").description("let what waits pass, as the second person")).action(
    answering<ChangeOptions>(cli, approve),
  );
  withReason(noun.command("withdraw <list>").description("let what waits wait no more")).action(
    answering<ChangeOptions>(cli, withdraw),
  );
}

type ChangeOptions = SigningOptions & { readonly of?: string };

async function allLists(client: Signing["client"]) {
  return bodyOf(client.v1.lists.$get());
}

async function show({ args, options, io }: Call<{ as?: string }>): Promise<Answer> {
  const [id] = args;
  if (id !== undefined) return showOne(options, id);
  const client = await connect(options, { kind: "reader" });
  const { lists } = await allLists(client);
  const columns = [
    { header: "LIST" },
    { header: "OF" },
    { header: "NAMES", right: true },
    { header: "VERSION" },
    { header: "POLICIES", flexible: true },
  ];
  const rows = lists.map(({ list, of, size, version, policies }) => [
    list,
    of,
    String(size),
    version?.slice(0, 12) ?? "none in force",
    policies.join(", "),
  ]);
  return {
    data: { lists },
    text: lists.length === 0 ? "No policy in force names a list.\n" : writeTable(columns, rows, widthOf(io)),
    warnings: lists.flatMap(({ unread }) => unread),
    next: lists.slice(0, 1).map(({ list }) => `lists show ${list}`),
  };
}

async function showOne(options: Globals & { as?: string }, id: string): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const view = await contentOf(client, id);
  const waiting = view.waiting === null ? "" : waitingText(view);
  const history = view.changes.map(({ at, person, reason, added, removed }) => {
    const told = [...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)].join(" ");
    return `  ${at} ${person}: ${told} (${reason})\n`;
  });
  const names = view.names.length === 0 ? "nobody" : view.names.join(", ");
  const version = view.version === null ? "no version is in force" : `version ${view.version.slice(0, 12)}`;
  const text = `${id}, ${version}: ${names}\n${waiting}${history.length === 0 ? "" : `\n${history.join("")}`}`;
  return { data: view, text, warnings: view.unread };
}

async function contentOf(client: Signing["client"], id: string): Promise<NameListContent> {
  const { lists } = await allLists(client);
  const ids = lists.map(({ list }) => list);
  if (!ids.includes(id)) {
    const near = nearest(id, ids);
    const fix = near === undefined ? "see `mandate lists`" : `did you mean \`${near}\`?`;
    throw failure("notFound", "no-such-list", `no list \`${id}\``, fix);
  }
  return bodyOf(client.v1.lists[":list"].$get({ param: { list: id } }));
}

function waitingText({ waiting, names, waitingNames }: NameListContent): string {
  if (waiting === null || waitingNames === null) return "";
  const added = waitingNames.filter((name) => !names.includes(name)).map((name) => `+${name}`);
  const removed = names.filter((name) => !waitingNames.includes(name)).map((name) => `-${name}`);
  return `waits for a second person, asked by ${waiting.person}: ${[...added, ...removed].join(" ")}\n`;
}

type Content = Pick<NameListView, "list" | "of" | "normal" | "version"> & { readonly names: readonly string[] };

/** What a list holds now; one that nobody knows yet begins as what `--of` says. */
async function standing(
  client: Signing["client"],
  id: string,
  of: string | undefined,
): Promise<NameListContent | Content> {
  if (of === undefined) return contentOf(client, id);
  const { lists } = await allLists(client);
  if (lists.some(({ list }) => list === id)) return contentOf(client, id);
  if (!(of in normalOfKind))
    throw failure("usage", "no-such-kind", `no kind \`${of}\``, "use partner, person, domain or rate");
  const known = of as Exclude<ListKind, "text">;
  return { list: id, of: known, normal: [...normalOfKind[known]], version: null, names: [] };
}

async function change(
  { args: [id = "", ...written], options }: Call<ChangeOptions>,
  made: (names: readonly string[], given: readonly string[]) => readonly string[],
): Promise<Answer> {
  const signing = await openSigning(options);
  const before = await standing(signing.client, id, options.of);
  const given = written.map((text) => {
    const name = nameIn({ of: before.of, normal: before.normal as readonly NormalStep[] }, text);
    if (name === undefined)
      throw failure("usage", "no-name", `\`${text}\` names no ${before.of}`, "write it as the list's names are");
    return name;
  });
  return put(options, signing, before, [...new Set(made(before.names, given))].toSorted());
}

async function approve({ args: [id = ""], options }: Call<ChangeOptions>): Promise<Answer> {
  const signing = await openSigning(options);
  const before = await contentOf(signing.client, id);
  // What one person put in force alone is agreed to by asking for it again.
  return put(options, signing, before, before.waitingNames ?? before.names);
}

async function withdraw({ args: [id = ""], options }: Call<ChangeOptions>): Promise<Answer> {
  const signing = await openSigning(options);
  const before = await contentOf(signing.client, id);
  if (before.waiting === null || before.version === null) {
    throw failure(
      "conflict",
      "not-waiting",
      `nothing of \`${id}\` waits beside what is in force`,
      "see `mandate lists show`",
    );
  }
  return put(options, signing, before, before.names);
}

async function put(
  options: ChangeOptions & Globals,
  signing: Signing,
  before: Content,
  names: readonly string[],
): Promise<Answer> {
  const { list, of, normal, version: parent } = before;
  const { version } = treeOf({ list, of, normal, names });
  const { n } = await allLists(signing.client);
  const json = { ...signing.signList({ list, version, parent, n: n + 1 }), of, normal, parent, names: [...names] };
  const changed = await bodyOf(signing.client.v1.lists[":list"].$post({ param: { list }, json }));
  const { inForce, list: view } = changed;
  if (inForce) {
    return {
      data: changed,
      text: `${list} holds ${view.size} ${view.size === 1 ? "name" : "names"}, version ${version.slice(0, 12)}.\n`,
      next: [`lists show ${list}`],
    };
  }
  const { waiting } = view;
  const roles = waiting?.roles ?? [];
  const text = `${list} waits for a second person, ${roles.join(" or ")}, not ${waiting?.person}: ${changed.loosens[0] ?? "it may loosen"}\n`;
  return { data: changed, text, next: [`lists approve ${list} ${await asSomebody(options, waiting)}`] };
}
