import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { layOut } from "../../guardrails/layout/layout.ts";
import type { FileKind } from "../../guardrails/layout/shapes.ts";
import { formatProblem, type Problem } from "../../guardrails/problem.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { failure } from "../failure.ts";
import { casesFileOf, entryOf, isSharedFile, readFolder, shownPath } from "./folder.ts";

export type FmtOptions = { readonly check?: boolean };

type Formatted = { readonly file: string; readonly changed: boolean; readonly problems: readonly Problem[] };

/** `mandate policy fmt [ID|FILE...]`: files in the one layout, in place. `--check` writes nothing and exits 3 on any. */
export async function fmt({ args, options }: Call<FmtOptions>): Promise<Answer> {
  const isFile = (name: string) => /\.(?:yaml|json)$/.test(name) || /[/\\]/.test(name);
  const folder = args.length > 0 && args.every(isFile) ? undefined : await readFolder(options);
  const named = args.flatMap((name) =>
    folder === undefined || isFile(name) ? [name] : besides(entryOf(folder, name).file),
  );
  const all =
    folder === undefined
      ? []
      : [...folder.entries.flatMap(({ file }) => besides(file)), ...folder.facts.shared.files.map(({ file }) => file)];
  const paths = [...new Set((args.length === 0 ? all : named).map((path) => resolve(path)))];
  const files: Formatted[] = [];
  for (const path of paths) files.push(await formatted(path, options.check !== true));
  const problems = files.flatMap((file) => file.problems);
  const changed = files.filter((file) => file.changed).map(({ file }) => file);
  const isSound = problems.length === 0 && (options.check !== true || changed.length === 0);
  const done = options.check === true ? "not in the one layout" : "laid out anew";
  const counted = `${files.length} ${files.length === 1 ? "file" : "files"}, ${changed.length} ${done}`;
  return {
    data: { files: files.map(({ file }) => file), changed, problems },
    text: `${[...problems.map(formatProblem), ...changed, counted].join("\n")}\n`,
    next: isSound ? [] : problems.length > 0 ? ["policy check"] : ["policy fmt"],
    exit: isSound ? "ok" : "problemsFound",
  };
}

/** A policy's file and what stands beside it. Facts as JSON Schema keep whatever layout they have. */
function besides(policyFile: string): readonly string[] {
  const facts = join(dirname(policyFile), `${basename(policyFile, ".yaml")}.facts.yaml`);
  return [policyFile, casesFileOf(policyFile), facts].filter((path) => existsSync(path));
}

function kindOf(path: string): FileKind {
  if (isSharedFile(path)) return "shared";
  if (path.endsWith(".test.yaml")) return "cases";
  return path.endsWith(".facts.yaml") ? "facts" : "policy";
}

async function formatted(path: string, writes: boolean): Promise<Formatted> {
  const file = shownPath(path);
  if (!path.endsWith(".yaml")) throw failure("usage", "not-yaml", `${file} is not YAML`, "give a .yaml file");
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw failure("notFound", "no-such-file", `${file} cannot be read: ${error.message}`);
  });
  const laid = layOut(file, text, kindOf(path));
  if (laid.kind === "refused") return { file, changed: false, problems: laid.problems };
  const changed = laid.text !== text;
  if (changed && writes) await writeFile(path, laid.text);
  return { file, changed, problems: [] };
}
