/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964;

/**
 * The lower end of Wilson's 95 % interval for a share of `successes` in `trials`: 30 of 30 is 0.8865, 29 of 29 is
 * 0.8831. A statistic about how sure one can be, in floating point; no limit is computed from it. 0 without trials.
 */
export function wilsonLower(successes: number, trials: number): number {
  if (trials === 0) return 0;
  const share = successes / trials;
  const z2 = (Z * Z) / trials;
  const spread = Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials));
  return (share + z2 / 2 - Z * spread) / (1 + z2);
}

/** Both ends of the interval. Without trials nothing is known: 0 to 1. */
export function wilsonInterval(successes: number, trials: number): { readonly lower: number; readonly upper: number } {
  if (trials === 0) return { lower: 0, upper: 1 };
  return { lower: wilsonLower(successes, trials), upper: 1 - wilsonLower(trials - successes, trials) };
}

/** The middle value, the lower of two; 0 for none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
