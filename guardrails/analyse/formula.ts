/**
 * Some classes of one dimension, as bits: bit `n % 32` of word `n / 32`. `at` is the dimension's first word in a box,
 * `size` how many classes they are.
 */
export type Leaf = {
  readonly kind: "leaf";
  readonly at: number;
  readonly mask: Int32Array;
  readonly full: Int32Array;
  readonly size: number;
};

/** What is asked of a request: which classes of values its facts may lie in. Negation is pushed into the leaves. */
export type Formula =
  | { readonly kind: "always" }
  | { readonly kind: "never" }
  | Leaf
  | { readonly kind: "all"; readonly parts: readonly Formula[] }
  | { readonly kind: "any"; readonly parts: readonly Formula[] };

export const always: Formula = { kind: "always" };
export const never: Formula = { kind: "never" };

function sizeOf(mask: Int32Array): number {
  let size = 0;
  for (const word of mask) for (let bits = word; bits !== 0; size += 1) bits &= bits - 1;
  return size;
}

/** A leaf, or the constant that it comes to when it names no class, or all. */
export function leafOf(at: number, mask: Int32Array, full: Int32Array): Formula {
  const size = sizeOf(mask);
  if (size === 0) return never;
  return size === sizeOf(full) ? always : { kind: "leaf", at, mask, full, size };
}

type Group = "all" | "any";

/** Puts a leaf to the others; leaves of the same dimension become one. */
function merge(leaves: Formula[], leaf: Leaf, kind: Group): void {
  const place = leaves.findIndex((other) => other.kind === "leaf" && other.at === leaf.at);
  const other = leaves[place];
  if (other?.kind !== "leaf") {
    leaves.push(leaf);
    return;
  }
  const mask = leaf.mask.map((word, index) => {
    const beside = other.mask[index] ?? 0;
    return kind === "all" ? word & beside : word | beside;
  });
  leaves[place] = leafOf(leaf.at, mask, leaf.full);
}

const shareOf = (formula: Formula) => (formula.kind === "leaf" ? formula.size / sizeOf(formula.full) : 0);

/** First come the leaves, and of those the one that settles most: the widest alternative, the narrowest condition. */
function group(kind: Group, given: readonly Formula[]): Formula {
  const [settling, neutral] = kind === "all" ? [never, always] : [always, never];
  const leaves: Formula[] = [];
  const others: Formula[] = [];
  const add = (part: Formula): void => {
    if (part.kind === "leaf") merge(leaves, part, kind);
    else if (part.kind === kind) for (const inner of part.parts) add(inner);
    else if (part.kind !== neutral.kind) others.push(part);
  };
  for (const part of given) add(part);
  const parts = [...leaves, ...others].filter((part) => part.kind !== neutral.kind);
  if (parts.some((part) => part.kind === settling.kind)) return settling;
  const [first] = parts;
  if (first === undefined) return neutral;
  if (parts.length === 1) return first;
  if (leaves.length > 1) parts.sort((a, b) => rankOf(a, kind) - rankOf(b, kind));
  return { kind, parts };
}

function rankOf(part: Formula, kind: Group): number {
  if (part.kind !== "leaf") return Number.MAX_SAFE_INTEGER;
  return kind === "all" ? shareOf(part) : -shareOf(part);
}

export function allOf(parts: readonly Formula[]): Formula {
  return group("all", parts);
}

export function anyOf(parts: readonly Formula[]): Formula {
  return group("any", parts);
}

export function notOf(formula: Formula): Formula {
  switch (formula.kind) {
    case "always":
      return never;
    case "never":
      return always;
    case "leaf": {
      const mask = formula.full.map((word, index) => word & ~(formula.mask[index] ?? 0));
      return leafOf(formula.at, mask, formula.full);
    }
    case "all":
      return anyOf(formula.parts.map(notOf));
    case "any":
      return allOf(formula.parts.map(notOf));
  }
}

/** The same text for formulas that are written alike, in whatever order. */
export function keyOf(formula: Formula): string {
  if (formula.kind === "leaf") return `${formula.at}:${formula.mask.join(",")}`;
  if (formula.kind === "all" || formula.kind === "any") {
    return `${formula.kind}(${formula.parts.map(keyOf).toSorted().join(" ")})`;
  }
  return formula.kind;
}
