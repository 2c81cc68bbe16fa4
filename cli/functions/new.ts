import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { reservedNames } from "../../domain/reserved-names.ts";
import { projectRoot } from "../../engines/project-root.ts";
import { functions } from "../../functions/index.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { failure } from "../failure.ts";
import { filled, filesOf, namesOf, withRegistration, withRow, type Names } from "./scaffold.ts";

export type NewFunctionOptions = { readonly title?: string; readonly code?: string; readonly type?: string };

type Draft = { readonly file: string; readonly text: string };

const REGISTRY = "functions/index.ts";
const README = "README.md";

/**
 * `mandate function new ID`: a function with one action on the standard choreography: its folder, its policy and cases, its
 * test, two lines in the registry and one in the README. It decides cases as it stands. Overwrites nothing.
 */
export async function create({ args, options }: Call<NewFunctionOptions>): Promise<Answer> {
  const root = checkout();
  const names = checked(namesOf(operand(args), options));
  checkFree(root, names);
  const drafts = await Promise.all(
    filesOf(names).map(async ({ template, file }): Promise<Draft> => {
      const text = await readFile(join(root, "cli/functions/template", template), "utf8");
      return { file, text: filled(text, names) };
    }),
  );
  for (const { file } of drafts) {
    if (!existsSync(join(root, file))) continue;
    throw failure("conflict", "already-there", `${file} is there already`, "choose another id, or remove it");
  }
  const changed = [await changedFile(root, REGISTRY, names), await changedFile(root, README, names)];
  for (const { file, text } of drafts) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text, { flag: "wx" });
  }
  for (const { file, text } of changed) await writeFile(join(root, file), text);
  const files = drafts.map(({ file }) => file);
  await format(
    root,
    [...files, REGISTRY].filter((file) => file.endsWith(".ts")),
  );
  const { id } = names;
  return {
    data: { id, files, changed: changed.map(({ file }) => file) },
    text: `Wrote ${files.join(", ")}.\nAdded a row to ${README} and two lines to ${REGISTRY}.\n`,
    next: [`policy check ${id}`, `policy test ${id}`, `policy show ${id}`],
  };
}

/** The folder of the sources. What is installed without them cannot take a function on. */
function checkout(): string {
  const root = projectRoot();
  if (existsSync(join(root, REGISTRY))) return root;
  throw failure("notFound", "no-sources", `${root} holds no sources`, "run it in a checkout of Mandate");
}

/** What would end a text, a comment or a cell of the table that a title is written into, or be taken for code there. */
const unwritable = /["\\|`\p{Cc}\u2028\u2029]|\$\{|\*\//u;

function checked(names: Names): Names {
  const { id, code, title } = names;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > 48) {
    throw failure(
      "usage",
      "not-a-function-id",
      `\`${id}\` is no function's id`,
      "use words of a-z and 0-9, joined by `-`",
    );
  }
  if (!/^[A-Z][A-Z0-9]{0,7}$/.test(code)) {
    throw failure("usage", "not-a-code", `\`${code}\` is no code`, "use up to 8 letters A-Z and digits, such as `F11`");
  }
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(names.type)) {
    throw failure("usage", "not-a-type", `\`${names.type}\` is no type of object`, "use a-z, 0-9, `_` and `-`");
  }
  if (title.trim() === "" || unwritable.test(title)) {
    throw failure(
      "usage",
      "not-a-title",
      `${JSON.stringify(title)} is no title`,
      'use one line of plain text, without `"`, `\\`, `|`, a backtick, `${` or `*/`',
    );
  }
  return names;
}

/** Throws `CliFailure` (conflict) for an id, a folder or a code that stands for something already. */
function checkFree(root: string, { id, code }: Names): void {
  if (reservedNames.includes(id)) {
    throw failure("conflict", "id-reserved", `\`${id}\` stands for something else in ids`, "choose another id");
  }
  if (Object.hasOwn(functions, id) || Object.hasOwn(governedActions, id)) {
    throw failure("conflict", "id-taken", `\`${id}\` is there already`, "choose another id");
  }
  if (existsSync(join(root, "functions", id))) {
    throw failure("conflict", "folder-taken", `functions/${id} is there already`, "choose another id");
  }
  const same = Object.values(functions).find((known) => known.code === code);
  if (same !== undefined) {
    throw failure("conflict", "code-taken", `\`${code}\` is the code of \`${same.id}\``, "give another with --code");
  }
}

async function changedFile(root: string, file: string, names: Names): Promise<Draft> {
  const text = await readFile(join(root, file), "utf8");
  const changed = file === REGISTRY ? withRegistration(text, names) : withRow(text, names);
  if (changed === undefined) {
    throw failure("conflict", "not-as-expected", `${file} has no place for a function`, "see functions/README.md");
  }
  return { file, text: changed };
}

/** How lines break hangs on the names. A checkout without its tools is left as it is: `npm run check` tells. */
async function format(root: string, files: readonly string[]): Promise<void> {
  const tool = join(root, "node_modules/.bin/oxfmt");
  if (existsSync(tool)) await promisify(execFile)(tool, files, { cwd: root });
}
