import { realpathSync } from "node:fs";

const DATABASE = "mandate";
const DATABASE_MISSING = "3D000";

/** The address of the database behind a socket folder, as `pg` and libpq read it. */
export function socketUrl(socketFolder: string, database: string = DATABASE): string {
  return `postgres://mandate@localhost/${database}?host=${encodeURIComponent(socketFolder)}&port=5432&sslmode=disable`;
}

/** Whether the server behind the socket answers and serves exactly this data folder. */
export async function answersFor(socketFolder: string, dataFolder: string): Promise<boolean> {
  try {
    const rows = await query<{ folder: string }>(
      socketUrl(socketFolder, "postgres"),
      "select current_setting('data_directory') as folder",
    );
    return rows[0] !== undefined && realpathSync(rows[0].folder) === realpathSync(dataFolder);
  } catch {
    return false;
  }
}

/** Creates the database `mandate` when it is not there. */
export async function ensureDatabase(socketFolder: string): Promise<void> {
  try {
    await query(socketUrl(socketFolder), "select 1");
  } catch (error) {
    if ((error as { code?: unknown }).code !== DATABASE_MISSING) throw error;
    await query(socketUrl(socketFolder, "postgres"), `create database ${DATABASE}`);
  }
}

/** Runs one statement on a connection of its own. @throws the driver's error, with PostgreSQL's code. */
export async function query<Row>(url: string, text: string): Promise<readonly Row[]> {
  const { withClient } = await import("./postgres-connection.ts");
  return withClient(url, "engine", async (client) => (await client.query(text)).rows as Row[]);
}
