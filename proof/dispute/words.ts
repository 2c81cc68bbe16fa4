/** What a name stands for in a table of words; undefined for a name that is none of its own. */
export function wordsFor(table: { readonly [name: string]: string }, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
