/**
 * Whole parts of `units` in the proportion of the counts, each within one of its exact share, that add up to `units` exactly: what
 * rounding down leaves goes to the largest remainders, the first of equal ones. All are 0 where there is nothing to share.
 * Counts are whole and not negative, and their sum times `units` is a safe integer.
 */
export function sharesOf(counts: readonly number[], units: number): readonly number[] {
  const whole = counts.reduce((sum, count) => sum + count, 0);
  if (whole === 0) return counts.map(() => 0);
  const exact = counts.map((count, at) => ({
    at,
    left: (count * units) % whole,
    share: Math.floor((count * units) / whole),
  }));
  const short = units - exact.reduce((sum, { share }) => sum + share, 0);
  const raised = new Set(
    exact
      .toSorted((a, b) => b.left - a.left || a.at - b.at)
      .slice(0, short)
      .map(({ at }) => at),
  );
  return exact.map(({ at, share }) => share + (raised.has(at) ? 1 : 0));
}

/** Each count's share of all, in percent with one decimal: they add up to 100. What is some is never shown as none. */
export function shareTexts(counts: readonly number[]): readonly string[] {
  const shares = sharesOf(counts, 1_000);
  return counts.map((count, at) => {
    const tenths = shares[at] ?? 0;
    return `${count > 0 && tenths === 0 ? "under 0.1" : tenths / 10} %`;
  });
}
