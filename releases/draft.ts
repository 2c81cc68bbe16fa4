/** How a policy's file stands to what is in force. */
export type DraftState = "same" | "differs" | "not-released" | "in-force-only";

/** Versions of policies by id. */
type Versions = { readonly [id: string]: string };

/** Each policy of the files or of what is in force, by id, and how the one stands to the other. */
export function draftStates(files: Versions, inForce: Versions): readonly { id: string; state: DraftState }[] {
  const ids = [...new Set([...Object.keys(files), ...Object.keys(inForce)])].toSorted();
  const [drafted, released] = [new Map(Object.entries(files)), new Map(Object.entries(inForce))];
  return ids.map((id) => ({ id, state: stateOf(drafted.get(id), released.get(id)) }));
}

function stateOf(file: string | undefined, released: string | undefined): DraftState {
  if (file === undefined) return "in-force-only";
  if (released === undefined) return "not-released";
  return file === released ? "same" : "differs";
}

/** As a table and a sentence say it. */
export const draftWords: { readonly [state in DraftState]: string } = {
  same: "same",
  differs: "differs",
  "not-released": "not released",
  "in-force-only": "in force only",
};
