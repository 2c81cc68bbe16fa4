import { z } from "zod";
import type { Piece } from "../bundle/piece.ts";

/** A line of a bundle on its way: a piece of a file, and at the end how many there were. */
const Line = z.union([
  z.strictObject({ path: z.string(), base64: z.base64() }),
  z.strictObject({ end: z.strictObject({ pieces: z.int().nonnegative() }) }),
  z.strictObject({ failed: z.string() }),
]);

/** Pieces as newline-delimited JSON. What breaks off says so, or lacks its end. */
export async function* linesOf(pieces: AsyncIterable<Piece>, onFailure: (error: unknown) => void) {
  let count = 0;
  try {
    for await (const { path, bytes } of pieces) {
      count += 1;
      yield `${JSON.stringify({ path, base64: Buffer.from(bytes).toString("base64") })}\n`;
    }
    yield `${JSON.stringify({ end: { pieces: count } })}\n`;
  } catch (error) {
    onFailure(error);
    yield `${JSON.stringify({ failed: "the bundle could not be read to its end" })}\n`;
  }
}

/** The pieces in such lines. Throws when they break off. */
export async function* piecesOf(lines: AsyncIterable<string>): AsyncGenerator<Piece, void> {
  let count = 0;
  for await (const text of lines) {
    const line = Line.parse(JSON.parse(text));
    if ("failed" in line) throw new Error(line.failed);
    if ("end" in line) {
      if (line.end.pieces !== count) throw new Error(`${count} pieces came of ${line.end.pieces}`);
      return;
    }
    count += 1;
    yield { path: line.path, bytes: Buffer.from(line.base64, "base64") };
  }
  throw new Error(`the bundle broke off after ${count} pieces`);
}
