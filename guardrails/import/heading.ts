/** The words of a heading as the name of a fact: `Order value` is `orderValue`. */
export function factName(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const camel = words.map(
    (word, at) => (at === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1),
  );
  return camel.join("");
}

/** Whether a fact may be called so. */
export const isFactName = (name: string): boolean => /^[a-z][A-Za-z0-9]*$/.test(name) && !(name in {});

/** `Order value (USD)` is the fact `orderValue`, in US dollars. */
export function headingOf(text: string): { readonly name: string; readonly unit: string } {
  const unit = /\(([^)]*)\)\s*$/.exec(text)?.[1]?.trim() ?? "";
  return { name: factName(text.replace(/\([^)]*\)\s*$/, "")), unit };
}
