import { existsSync, writeFileSync } from "node:fs";
import pg from "pg";
import { createLedgerPool } from "../../db/pool.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { withUsage } from "../fixtures/usage.ts";
import { TEST_SECRET } from "../setup/database.ts";

/** Dies before or after a statement, by its name and how often it was sent. */
export type StatementKill = {
  readonly statement: string;
  readonly occurrence: number;
  readonly when: "before" | "after";
};

type Settings = {
  readonly databaseUrl: string;
  readonly kill: StatementKill;
  /** Written just before the kill, so that the next process of the same test lives. */
  readonly marker: string;
};

const { databaseUrl, kill, marker } = JSON.parse(process.argv[2] ?? "{}") as Settings;

function dieAt(when: StatementKill["when"], occurrence: number): void {
  if (kill.when !== when || kill.occurrence !== occurrence || existsSync(marker)) return;
  writeFileSync(marker, "");
  process.kill(process.pid, "SIGKILL");
}

type Query = (this: pg.Client, ...given: unknown[]) => unknown;
const statements = pg.Client.prototype as unknown as { query: Query };
const send = statements.query;
let sent = 0;
statements.query = function (...given) {
  const [statement] = given as [{ readonly name?: string } | undefined];
  if (statement?.name !== kill.statement) return send.apply(this, given);
  sent += 1;
  const occurrence = sent;
  dieAt("before", occurrence);
  // A pool hands a callback over; a client of a transaction is awaited.
  const told = given.map((one) =>
    typeof one !== "function"
      ? one
      : (...answer: unknown[]) => {
          dieAt("after", occurrence);
          (one as (...given: unknown[]) => void)(...answer);
        },
  );
  const answer = send.apply(this, told);
  return answer instanceof Promise ? answer.finally(() => dieAt("after", occurrence)) : answer;
};

const pool = createLedgerPool(databaseUrl, TEST_SECRET);
const { url } = await gatewayWith({ pool, functions: withUsage });
process.send?.({ url });
