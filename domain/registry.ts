/** Looks `id` up among a table's own keys. Throws with the valid names when there is none. */
export function assertKnown<T>(table: { readonly [id: string]: T }, id: string, what: string): T {
  const entry = Object.hasOwn(table, id) ? table[id] : undefined;
  if (entry === undefined) throw new Error(`unknown ${what} \`${id}\`; known: ${Object.keys(table).join(", ")}`);
  return entry;
}
