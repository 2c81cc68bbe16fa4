import type { Pool } from "pg";

/** What one kind of record of the write-ahead log did to one relation. `pageBytes` are those of full pages in it. */
export type WalShare = {
  /** `heap insert`, `btree split`, `transaction commit`. */
  readonly what: string;
  /** The table that the relation is, belongs to or holds the long values of; empty for none. */
  readonly table: string;
  /** A table, one of its indexes, or where its long values lie; empty for none. */
  readonly relation: string;
  readonly records: number;
  readonly bytes: number;
  readonly pageBytes: number;
};

/** `wal_segment_size`, `BLCKSZ` and the sizes of headers in `xlog_internal.h` and `xlogrecord.h`. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 8_192;
const PAGE_HEADER_BYTES = 24;
const SEGMENT_HEADER_BYTES = 40;
const RECORD_HEADER_BYTES = 24;

/** `rmgrlist.h`, and what a record says that it did: `heapam_xlog.h`, `nbtxlog.h`, `xact.h`. Others are called by number. */
const managers: {
  readonly [id: number]: { readonly name: string; readonly does: { readonly [bits: number]: string } };
} = {
  0: { name: "xlog", does: { 0xa0: "page", 0xb0: "page" } },
  1: { name: "transaction", does: { 0x00: "commit", 0x20: "abort" } },
  9: {
    name: "heap",
    does: { 0x10: "prune", 0x20: "prune", 0x30: "prune", 0x40: "visible", 0x50: "insert", 0x60: "lock" },
  },
  10: {
    name: "heap",
    does: { 0x00: "insert", 0x10: "delete", 0x20: "update", 0x40: "hot update", 0x50: "confirm", 0x60: "lock" },
  },
  11: {
    name: "btree",
    does: { 0x00: "insert", 0x10: "insert", 0x20: "insert", 0x30: "split", 0x40: "split", 0x60: "dedup" },
  },
};

/** A place in the write-ahead log, in bytes from its beginning. */
export async function walPlace(owner: Pool): Promise<number> {
  const { rows } = await owner.query<{ place: string }>("select (pg_current_wal_insert_lsn() - '0/0')::text as place");
  return Number(rows[0]?.place);
}

/** The log stays where it is until somebody has read it: checkpoints leave so much of it. */
export async function keepWal(owner: Pool): Promise<void> {
  await owner.query("alter system set wal_keep_size = '2GB'");
  await owner.query("select pg_reload_conf()");
}

/** Reads the log from one place to another and says what it is made of; as a superuser of the server that wrote it. */
export async function readWal(owner: Pool, from: number, to: number): Promise<readonly WalShare[]> {
  const relations = await relationsOf(owner);
  const shares = new Map<string, WalShare>();
  for (const { manager, info, node, bytes, pageBytes } of recordsIn(await contentsOf(owner, from, to))) {
    const { name = `${manager}`, does = {} } = managers[manager] ?? {};
    const bits = info & (manager === 11 || manager === 0 ? 0xf0 : 0x70);
    const what = `${name} ${does[bits] ?? bits.toString(16)}`;
    const { table = "", relation = "" } = relations.get(node ?? 0) ?? {};
    const key = `${what} ${relation}`;
    const known = shares.get(key) ?? { records: 0, bytes: 0, pageBytes: 0 };
    const sums = { records: known.records + 1, bytes: known.bytes + bytes, pageBytes: known.pageBytes + pageBytes };
    shares.set(key, { what, table, relation, ...sums });
  }
  return [...shares.values()].toSorted((a, b) => b.bytes - a.bytes);
}

type Relation = { readonly node: number; readonly table: string; readonly relation: string };

/** Relations by the number of their file. */
async function relationsOf(owner: Pool): Promise<ReadonlyMap<number, Relation>> {
  const { rows } = await owner.query<Relation>(
    `select pg_relation_filenode(c.oid)::int as node, c.oid::regclass::text as relation,
            coalesce(t.oid, i.indrelid, c.oid)::regclass::text as table
     from pg_class c left join pg_index i on i.indexrelid = c.oid
     left join pg_class t on t.reltoastrelid = coalesce(i.indrelid, c.oid) and t.reltoastrelid <> 0
     where pg_relation_filenode(c.oid) is not null`,
  );
  return new Map(rows.map((row) => [row.node, row]));
}

/** The log without the headers of its pages. */
async function contentsOf(owner: Pool, from: number, to: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let segment = from - (from % SEGMENT_BYTES); segment < to; segment += SEGMENT_BYTES) {
    const { rows } = await owner.query<{ bytes: Buffer }>(
      "select pg_read_binary_file('pg_wal/' || pg_walfile_name('0/0'::pg_lsn + $1::numeric)) as bytes",
      [segment + 1],
    );
    const bytes = rows[0]?.bytes ?? Buffer.alloc(0);
    for (let page = 0; page < bytes.length; page += PAGE_BYTES) {
      const start = page + (page === 0 ? SEGMENT_HEADER_BYTES : PAGE_HEADER_BYTES);
      parts.push(
        bytes.subarray(Math.max(start, from - segment), Math.max(0, Math.min(page + PAGE_BYTES, to - segment))),
      );
    }
  }
  return Buffer.concat(parts);
}

type WalRecord = Pick<WalShare, "bytes" | "pageBytes"> & {
  readonly manager: number;
  readonly info: number;
  /** The file of the first relation that it names. */
  readonly node: number | undefined;
};

/** Records stand one after the other, each at a multiple of eight bytes, as headers of pages are too. */
function* recordsIn(log: Buffer): Generator<WalRecord> {
  for (let at = 0; at + RECORD_HEADER_BYTES <= log.length;) {
    const bytes = log.readUInt32LE(at);
    // The rest of a segment that was left for the next one.
    if (bytes < RECORD_HEADER_BYTES) at += 8;
    else if (at + bytes > log.length) return;
    else {
      const record = log.subarray(at, at + bytes);
      yield { manager: record[17] ?? 0, info: record[16] ?? 0, bytes, ...blocksIn(record) };
      at += Math.ceil(bytes / 8) * 8;
    }
  }
}

/** `xlogrecord.h`: a header for each block comes before the data of all of them. */
function blocksIn(record: Buffer): Pick<WalRecord, "node" | "pageBytes"> {
  const [MOST_BLOCKS, ORIGIN, TOP_TRANSACTION, HAS_PAGE, SAME_RELATION, HAS_HOLE, COMPRESSED] = [
    32, 253, 252, 0x10, 0x80, 1, 0x1c,
  ];
  let pageBytes = 0;
  let node: number | undefined;
  for (let at = RECORD_HEADER_BYTES; at < record.length;) {
    const id = record[at] ?? 0;
    if (id === ORIGIN) at += 3;
    else if (id === TOP_TRANSACTION) at += 5;
    else if (id > MOST_BLOCKS) break;
    else {
      const flags = record[at + 1] ?? 0;
      at += 4;
      if ((flags & HAS_PAGE) !== 0) {
        pageBytes += record.readUInt16LE(at);
        const page = record[at + 4] ?? 0;
        at += (page & COMPRESSED) !== 0 && (page & HAS_HOLE) !== 0 ? 7 : 5;
      }
      if ((flags & SAME_RELATION) === 0) {
        node ??= record.readUInt32LE(at + 8);
        at += 12;
      }
      at += 4;
    }
  }
  return { node, pageBytes };
}
