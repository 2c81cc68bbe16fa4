import { Client, Connection } from "@temporalio/client";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "pg";

/** Where a text was found: a log file, a table of the database, a workflow's history. */
export type Traces = { readonly [place: string]: string };

/** Everything that a run has left on this machine, as text by place. */
export async function tracesOf(home: string, pool: Pool, temporalAddress: string): Promise<Traces> {
  return { ...logs(home), ...durableFiles(home), ...(await tables(pool)), ...(await histories(temporalAddress)) };
}

/** The places where any of these texts is found. */
export function placesOf(traces: Traces, texts: readonly string[]): string[] {
  return Object.keys(traces).filter((place) => texts.some((text) => traces[place]?.includes(text)));
}

function logs(home: string): Traces {
  const folder = join(home, "logs");
  return Object.fromEntries(
    readdirSync(folder).map((name) => [`log ${name}`, readFileSync(join(folder, name), "utf8")]),
  );
}

/** The durable engine's own files, byte by byte: whatever it keeps is in them. */
function durableFiles(home: string): Traces {
  const names = readdirSync(home).filter((name) => name.startsWith("temporal.db"));
  return Object.fromEntries(names.map((name) => [`file ${name}`, readFileSync(join(home, name), "latin1")]));
}

async function tables(pool: Pool): Promise<Traces> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const traces: Record<string, string> = {};
  for (const { name } of rows) {
    const kept = await pool.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    traces[`table ${name}`] = kept.rows.map(({ row }) => row).join("\n");
  }
  return traces;
}

/** Every payload of every history, decoded, with search attributes and memo. */
async function histories(address: string): Promise<Traces> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const traces: Record<string, string> = {};
    for await (const { workflowId, runId, searchAttributes, memo } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const seen = JSON.stringify([searchAttributes, memo, history.events], readable);
      traces[`history ${workflowId}/${runId}`] = seen;
    }
    return traces;
  } finally {
    await connection.close();
  }
}

/** Payload data are bytes. */
function readable(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : value;
}
