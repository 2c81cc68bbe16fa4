import { treeOf } from "../../audit/lists/content.ts";
import type { NormalStep } from "../../domain/normal-text.ts";
import type { NameListContent, NameListView } from "../../gateway/http/lists.ts";
import { nameIn, normalOfKind, type ListKind } from "../../guardrails/name-list.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Call } from "../command.ts";
import { failure } from "../failure.ts";
import { asSomebody } from "../policies/release-words.ts";
import { openSigning, type Signing, type SigningOptions } from "../policies/signing.ts";
import type { Globals } from "../session.ts";
import { allLists, contentOf } from "./read.ts";

export type ChangeOptions = SigningOptions & { readonly of?: string };

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

/** `mandate lists add` and `remove`: `made` is what becomes of the names. */
export async function change(
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

/** `mandate lists approve`: asks for the same, as the second person. */
export async function approve({ args: [id = ""], options }: Call<ChangeOptions>): Promise<Answer> {
  const signing = await openSigning(options);
  const before = await contentOf(signing.client, id);
  // What one person put in force alone is agreed to by asking for it again.
  return put(options, signing, before, before.waitingNames ?? before.names);
}

/** `mandate lists withdraw`: asks for what is in force already. */
export async function withdraw({ args: [id = ""], options }: Call<ChangeOptions>): Promise<Answer> {
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
