import { dirname } from "node:path";
import { importsOf, sourcesUnder } from "../house/imports.ts";

/** Reached by what needs an engine, a process or a bundle of its own. */
const slow = /^(engines\/|test\/setup\/|@temporalio\/(worker|client)$)/;

/** What a file loads, and what that loads. */
function reachedBy(file: string): readonly string[] {
  const reached = new Set([file]);
  for (const one of reached) {
    if (!one.endsWith(".ts")) continue;
    for (const { to, typeOnly } of importsOf(one)) if (!typeOnly) reached.add(to);
  }
  return [...reached];
}

/** The test files that lie where these folders are mirrored, not below them, and need nothing but themselves. `domain/**`: below too. */
export function pureTests(folders: readonly string[]): string[] {
  const beside = folders.flatMap((folder) => {
    const top = folder.replace(/\/\*\*$/, "");
    return sourcesUnder(`test/${top}`).filter((file) => folder !== top || dirname(file) === `test/${top}`);
  });
  const tests = beside.filter((file) => file.endsWith(".test.ts"));
  return [...new Set(tests)].filter((file) => !reachedBy(file).some((path) => slow.test(path)));
}
