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

/** The test files of these rooms that need nothing but themselves. */
export function pureTests(rooms: readonly string[]): string[] {
  const files = rooms.flatMap((room) => sourcesUnder(`test/${room}`)).filter((file) => file.endsWith(".test.ts"));
  return files.filter((file) => !reachedBy(file).some((path) => slow.test(path)));
}
