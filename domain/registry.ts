/** A name that stands for nothing here. Asking again changes nothing: whoever works for a case ends it, and says so. */
export class UnknownName extends Error {
  constructor(what: string, id: string, known: readonly string[]) {
    super(`unknown ${what} \`${id}\`; known: ${known.join(", ")}`);
    this.name = "UnknownName";
  }
}

/** Looks `id` up among a table's own keys. Throws `UnknownName` with the valid names when there is none. */
export function assertKnown<T>(table: { readonly [id: string]: T }, id: string, what: string): T {
  const entry = Object.hasOwn(table, id) ? table[id] : undefined;
  if (entry === undefined) throw new UnknownName(what, id, Object.keys(table));
  return entry;
}
