import type { Formula, Leaf } from "./formula.ts";

/** A part of the fact space: for every dimension the classes it still allows, as bits in one row of words. */
export type Box = Int32Array;

/** How much one question may cost, in leaves looked at. It is a count, so that the same question always ends alike. */
export type Budget = { left: number };

/** Enough for a question over a thousand rules; some 20 ms. */
export const DEFAULT_STEPS = 2_000_000;

class BudgetSpent extends Error {}

function leafOver(box: Box, { at, mask }: Leaf): boolean | undefined {
  let isInside = true;
  let isOutside = true;
  for (let word = 0; word < mask.length; word += 1) {
    const here = box[at + word] ?? 0;
    const both = here & (mask[word] ?? 0);
    if (both !== 0) isOutside = false;
    if (both !== here) isInside = false;
  }
  if (isOutside) return false;
  return isInside ? true : undefined;
}

/** True or false when the formula is so of the whole box; undefined when it is mixed, or when only a search could tell. */
export function truthOver(box: Box, formula: Formula, budget: Budget): boolean | undefined {
  switch (formula.kind) {
    case "always":
      return true;
    case "never":
      return false;
    case "leaf":
      budget.left -= 1;
      return leafOver(box, formula);
    case "all":
    case "any": {
      const decides = formula.kind === "any";
      let answer: boolean | undefined = !decides;
      for (const part of formula.parts) {
        const truth = truthOver(box, part, budget);
        if (truth === decides) return decides;
        if (truth === undefined) answer = undefined;
      }
      return answer;
    }
  }
}

/** Narrows the box in place; false when nothing is left of it. */
function narrow(box: Box, at: number, mask: Int32Array): boolean {
  let isLeft = false;
  for (let word = 0; word < mask.length; word += 1) {
    const kept = (box[at + word] ?? 0) & (mask[word] ?? 0);
    box[at + word] = kept;
    if (kept !== 0) isLeft = true;
  }
  return isLeft;
}

type Alternatives = { readonly kind: "any"; readonly parts: readonly Formula[] };

/** The alternatives that the box leaves open: true when one holds everywhere, else the one left, or several, or none. */
function openParts(box: Box, parts: readonly Formula[], budget: Budget): readonly Formula[] | true {
  const open: Formula[] = [];
  for (const part of parts) {
    const truth = truthOver(box, part, budget);
    if (truth === true) return true;
    if (truth === undefined) open.push(part);
  }
  return open;
}

/** Narrows the box to what the formulas force and gives the alternatives left open; undefined when nothing is left. */
function propagate(box: Box, asked: readonly Formula[], budget: Budget): readonly Alternatives[] | undefined {
  let pending = asked;
  for (;;) {
    const open: Alternatives[] = [];
    const stack = pending.toReversed();
    let hasNarrowed = false;
    for (let formula = stack.pop(); formula !== undefined; formula = stack.pop()) {
      if (budget.left < 0) throw new BudgetSpent();
      if (formula.kind === "all") stack.push(...formula.parts);
      else if (formula.kind === "never") return undefined;
      else if (formula.kind === "leaf") {
        if (truthOver(box, formula, budget) === true) continue;
        if (!narrow(box, formula.at, formula.mask)) return undefined;
        hasNarrowed = true;
      } else if (formula.kind === "any") {
        const parts = openParts(box, formula.parts, budget);
        if (parts === true) continue;
        const [first] = parts;
        if (first === undefined) return undefined;
        if (parts.length === 1) stack.push(first);
        else open.push({ kind: "any", parts });
      }
    }
    if (!hasNarrowed) return open;
    pending = open;
  }
}

/** A leaf of the formula that the box is split by. There is one wherever the formula is mixed. */
function mixedLeaf(box: Box, formula: Formula): Leaf | undefined {
  if (formula.kind === "leaf") return leafOver(box, formula) === undefined ? formula : undefined;
  if (formula.kind !== "all" && formula.kind !== "any") return undefined;
  for (const part of formula.parts) {
    const leaf = mixedLeaf(box, part);
    if (leaf !== undefined) return leaf;
  }
  return undefined;
}

function shortest(open: readonly Alternatives[]): Alternatives | undefined {
  let found = open[0];
  for (const one of open) if (found !== undefined && one.parts.length < found.parts.length) found = one;
  return found;
}

function solve(box: Box, asked: readonly Formula[], budget: Budget): Box | undefined {
  const open = propagate(box, asked, budget);
  if (open === undefined) return undefined;
  const chosen = shortest(open);
  if (chosen === undefined) return box;
  const leaf = mixedLeaf(box, chosen);
  if (leaf === undefined) throw new Error("a formula is mixed of which no leaf is");
  const inside = box.slice();
  narrow(inside, leaf.at, leaf.mask);
  const found = solve(inside, open, budget);
  if (found !== undefined) return found;
  const outside = box.slice();
  narrow(
    outside,
    leaf.at,
    leaf.full.map((word, index) => word & ~(leaf.mask[index] ?? 0)),
  );
  return solve(outside, open, budget);
}

/**
 * A box inside `box` of which every formula holds everywhere; undefined when there is none. `spent`: the budget ran out
 * first, and nothing is known.
 */
export function search(box: Box, asked: readonly Formula[], budget: Budget): Box | "spent" | undefined {
  try {
    return solve(box.slice(), asked, budget);
  } catch (error) {
    if (error instanceof BudgetSpent) return "spent";
    throw error;
  }
}

/**
 * The box without what the formulas rule out at once; undefined when nothing is left. Where the budget runs out it holds
 * what was not ruled out until then.
 */
export function narrowed(box: Box, asked: readonly Formula[], budget: Budget): Box | undefined {
  const copy = box.slice();
  try {
    return propagate(copy, asked, budget) === undefined ? undefined : copy;
  } catch (error) {
    if (error instanceof BudgetSpent) return copy;
    throw error;
  }
}
