import type { Logger } from "pino";
import { startPump, type Pump } from "../../db/pump.ts";

/** Lanes on the move at once. */
const MAX_LANES = 16;
/** Rows taken but not finished, over all lanes: bounds what one busy object can pile up here. */
const MAX_HELD = 256;

/** Where rows come from, and what is done with one. `deliver` never rejects: it keeps its own account of failures. */
export type Freight<Row> = {
  readonly claim: (limit: number) => Promise<readonly Row[]>;
  readonly deliver: (row: Row) => Promise<void>;
  /** A row's own name: one that is still under way is not begun again. */
  readonly keyOf: (row: Row) => string;
  /** Rows of one lane go one after another, in the order claimed; lanes do not wait for each other. */
  readonly laneOf: (row: Row) => string;
  readonly log: Logger;
  readonly pollMs?: number;
};

/** Moves rows as they become due, with bounded concurrency. `stop` waits for every row that was taken. */
export function startLanes<Row>({ claim, deliver, keyOf, laneOf, log, pollMs }: Freight<Row>): Pump {
  const held = new Set<string>();
  const lanes = new Map<string, Promise<void>>();
  let moreDue = false;

  function begin(row: Row): void {
    const key = keyOf(row);
    const lane = laneOf(row);
    if (held.has(key)) return;
    held.add(key);
    const before = lanes.get(lane) ?? Promise.resolve();
    const done = before
      .then(() => deliver(row))
      .finally(() => {
        held.delete(key);
        if (lanes.get(lane) === done) lanes.delete(lane);
        if (moreDue) pump.poke();
      });
    lanes.set(lane, done);
  }

  async function round(): Promise<void> {
    const limit = Math.min(MAX_LANES - lanes.size, MAX_HELD - held.size);
    if (limit <= 0) return;
    const rows = await claim(limit);
    moreDue = rows.length === limit;
    for (const row of rows) begin(row);
    if (moreDue) pump.poke();
  }

  const pump = startPump(round, log, pollMs);
  return {
    poke: pump.poke,
    async stop() {
      await pump.stop();
      await Promise.all(lanes.values());
    },
  };
}
