import type { Sql } from "../../audit/vault.ts";
import { tilePath, type Tile } from "./tile-path.ts";
import type { TileBytes, TileSource } from "./tiles.ts";
import { HASH_BYTES } from "../../audit/tree.ts";

type Asked = {
  readonly tile: Tile;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (reason: unknown) => void;
};

/** The tiles that the database keeps of a log, as wide as asked for. What is asked in one turn is one statement. */
export function tileSourceOf(sql: Sql, company: string, log: string): TileSource {
  let waiting: Asked[] = [];
  const ask = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    try {
      const kept = await readTiles(sql, company, log, asked);
      for (const { tile, resolve, reject } of asked) {
        const bytes = kept.get(tilePath(tile));
        if (bytes !== undefined) resolve(bytes);
        else reject(new RangeError(`${tilePath(tile)} of log \`${log}\` is not in the database`));
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  return (tile) =>
    new Promise((resolve, reject) => {
      waiting.push({ tile, resolve, reject });
      if (waiting.length === 1) queueMicrotask(() => void ask());
    });
}

/** Keeps tiles of a log; one that is there already is made wider. The database refuses another change of it. */
export async function keepTiles(sql: Sql, company: string, log: string, tiles: readonly TileBytes[]): Promise<void> {
  await sql.query({
    name: "keep-tiles",
    text: `insert into audit_tile (company, log, level, index, hashes)
           select $1, $2, level, index, hashes from unnest($3::int[], $4::bigint[], $5::bytea[]) as t (level, index, hashes)
           on conflict (company, log, level, index) do update set hashes = excluded.hashes`,
    values: [
      company,
      log,
      tiles.map(({ tile }) => tile.level),
      tiles.map(({ tile }) => tile.index),
      tiles.map(({ bytes }) => bytes),
    ],
  });
}

async function readTiles(
  sql: Sql,
  company: string,
  log: string,
  asked: readonly Asked[],
): Promise<Map<string, Buffer>> {
  const { rows } = await sql.query<{ level: number; index: number; width: number; hashes: Buffer }>({
    name: "read-tiles",
    text: `select t.level, t.index, asked.width, substr(t.hashes, 1, asked.width * ${HASH_BYTES}) as hashes
           from unnest($3::int[], $4::bigint[], $5::int[]) as asked (level, index, width)
           cross join lateral (select level, index, hashes from audit_tile x where x.company = $1 and x.log = $2
                                 and x.level = asked.level and x.index = asked.index limit 1) t`,
    values: [
      company,
      log,
      asked.map(({ tile }) => tile.level),
      asked.map(({ tile }) => tile.index),
      asked.map(({ tile }) => tile.width),
    ],
  });
  return new Map(rows.map(({ hashes, ...tile }) => [tilePath(tile), hashes]));
}
