import type { NameListContent } from "../../gateway/http/lists.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { widthOf } from "../io.ts";
import { connect, type Globals } from "../session.ts";
import { writeTable } from "../table.ts";
import { allLists, contentOf } from "./read.ts";

export type ShowOptions = { readonly as?: string };

/** `mandate lists show`: every list, or what one holds. */
export async function show({ args, options, io }: Call<ShowOptions>): Promise<Answer> {
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

async function showOne(options: Globals & ShowOptions, id: string): Promise<Answer> {
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

function waitingText({ waiting, names, waitingNames }: NameListContent): string {
  if (waiting === null || waitingNames === null) return "";
  const added = waitingNames.filter((name) => !names.includes(name)).map((name) => `+${name}`);
  const removed = names.filter((name) => !waitingNames.includes(name)).map((name) => `-${name}`);
  return `waits for a second person, asked by ${waiting.person}: ${[...added, ...removed].join(" ")}\n`;
}
