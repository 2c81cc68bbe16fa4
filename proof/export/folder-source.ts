import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileSource } from "../verify/source.ts";

/** A bundle in a folder of this machine. Nothing but its files is ever read. */
export function folderSource(folder: string): FileSource {
  return {
    async read(path) {
      try {
        return await readFile(join(folder, path));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async *lines(path) {
      try {
        yield* linesOf(createReadStream(join(folder, path)));
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    },
    paths: () => filesUnder(folder, ""),
  };
}

/** A line ends with LF alone. One that does not end gets a NUL: a text that was cut short is not read as if it were whole. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string, void> {
  let begun: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end !== -1; end = chunk.indexOf("\n", from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString("utf8");
      begun = [];
      from = end + 1;
    }
    begun.push(chunk.subarray(from));
  }
  const rest = Buffer.concat(begun).toString("utf8");
  if (rest !== "") yield `${rest}\0`;
}

async function* filesUnder(folder: string, path: string): AsyncGenerator<string, void> {
  for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
    const inside = path === "" ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* filesUnder(folder, inside);
    else yield inside;
  }
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR";
}
