/** Numbers of one interleaved run: what ours and the bare peer did per round, and the ratio with its spread. */
export type Comparison = {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly bare: readonly number[];
  /** Median of the rounds' ratios ours/bare. 1 is level; higher is better. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export type Side = () => Promise<number>;

/** Runs ours and bare alternately, `rounds` times after one warm-up each; the first to go changes every round. */
export async function compare(name: string, unit: string, ours: Side, bare: Side, rounds: number): Promise<Comparison> {
  await ours();
  await bare();
  const measured = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const);
    for (const side of order) measured[side].push(await (side === "ours" ? ours() : bare()));
  }
  const ratios = measured.ours.map((value, index) => value / (measured.bare[index] ?? Number.NaN));
  const spread = { ratio: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
  return { name, unit, ...measured, ...spread };
}

/** Runs `count` jobs, `width` at a time; answers jobs per second. */
export async function throughput(count: number, width: number, job: (index: number) => Promise<void>): Promise<number> {
  let next = 0;
  const started = performance.now();
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await job(index);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return count / ((performance.now() - started) / 1000);
}
