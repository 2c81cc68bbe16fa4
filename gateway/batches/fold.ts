import type { Json, JsonObject } from "../../domain/json.ts";
import type { Window } from "../../functions/definition.ts";
import { readRow, type Hearer } from "./hearers.ts";

/** An object whose rows have all been added. Without a reading there is nothing to tell. */
export type FoldedObject = { readonly objectId: string; readonly reading: JsonObject | undefined };

/** Folds rows that come sorted by object: only the sum of one object is held. */
export type Fold = {
  /** Adds a row; answers the object before it when another one begins. */
  add(objectId: string, row: JsonObject): FoldedObject | undefined;
  /** The last object. */
  end(): FoldedObject | undefined;
};

/** A row that the function no longer reads, after its columns changed, is passed over. */
export function createFold(hearer: Hearer, window: Window): Fold {
  const { aggregate } = hearer;
  let open: { readonly objectId: string; sum: Json } | undefined;

  function close(): FoldedObject | undefined {
    if (open === undefined) return undefined;
    const { objectId, sum } = open;
    open = undefined;
    return { objectId, reading: aggregate.reading(sum, window) };
  }

  return {
    add(objectId, row) {
      const read = readRow(hearer, row);
      const before = open?.objectId === objectId ? undefined : close();
      if (read.kind === "bad") return before;
      open ??= { objectId, sum: aggregate.start };
      open.sum = aggregate.add(open.sum, read.row);
      return before;
    },
    end: close,
  };
}
