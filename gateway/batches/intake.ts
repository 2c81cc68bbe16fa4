import type { JsonObject } from "../../domain/json.ts";
import { cellReader, UnreadableBatch } from "./cells.ts";
import { readRow, type Hearer } from "./hearers.ts";
import { createSplitter, type BatchFormat, type RawRecord } from "./split.ts";

/** A row as it is kept: what anybody reads of it, and why somebody does not. `bytes`: as it came. */
export type TakenRow = {
  readonly line: number;
  readonly bytes: number;
  readonly row: JsonObject | undefined;
  readonly bad: string | undefined;
};

/** Reads a batch as it comes in, the same rows whatever its pieces. @throws UnreadableBatch for a header nobody can read. */
export type Intake = {
  push(bytes: Uint8Array): readonly TakenRow[];
  end(): readonly TakenRow[];
};

export function createIntake(format: BatchFormat, hearers: readonly Hearer[]): Intake {
  const splitter = createSplitter(format);
  const cellsOf = cellReader(format, hearers);
  let hasHeader = format === "ndjson";

  function rowsOf(records: readonly RawRecord[]): readonly TakenRow[] {
    return records.flatMap((record) => {
      if ("fault" in record) {
        if (!hasHeader) throw new UnreadableBatch([]);
        return [{ line: record.line, bytes: 0, row: undefined, bad: record.fault }];
      }
      const { line, bytes } = record;
      const cells = cellsOf(bytes);
      switch (cells.kind) {
        case "header":
          hasHeader = true;
          return [];
        case "bad":
          return [{ line, bytes: bytes.length, row: undefined, bad: cells.reason }];
        case "cells":
          return [{ line, bytes: bytes.length, ...readByAll(hearers, cells.cells) }];
      }
    });
  }

  return {
    push: (bytes) => rowsOf(splitter.push(bytes)),
    end: () => rowsOf(splitter.end()),
  };
}

/** What those who hear the source read of it together. Who cannot read it is named when there are others. */
function readByAll(hearers: readonly Hearer[], cells: JsonObject): Pick<TakenRow, "row" | "bad"> {
  const [only] = hearers;
  if (hearers.length === 1 && only !== undefined) {
    const read = readRow(only, cells);
    return read.kind === "row" ? { row: read.row, bad: undefined } : { row: undefined, bad: read.reason };
  }
  let row: JsonObject | undefined;
  const bad: string[] = [];
  for (const hearer of hearers) {
    const read = readRow(hearer, cells);
    if (read.kind === "row") row = { ...row, ...read.row };
    else bad.push(`${hearer.functionId}: ${read.reason}`);
  }
  return { row, bad: bad.length === 0 ? undefined : bad.join("; ") };
}
