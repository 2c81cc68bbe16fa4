import { createHash } from "node:crypto";
import type { LedgerPool } from "../../audit/records.ts";
import { UnreadableBatch } from "./cells.ts";
import { createChunks, type Chunk } from "./chunks.ts";
import type { Hearer } from "./hearers.ts";
import { createIntake } from "./intake.ts";
import { MAX_BATCH_BYTES } from "./limits.ts";
import { alone } from "./lock.ts";
import type { BatchFormat } from "./split.ts";
import {
  batchesOf,
  beginBatch,
  chunkDigests,
  completeBatch,
  dropChunks,
  keepChunk,
  standAside,
  type BatchOf,
} from "./store.ts";

/** A batch at the door. `body` gives its bytes as they come. */
export type SentBatch = BatchOf & {
  readonly format: BatchFormat;
  readonly hearers: readonly [Hearer, ...Hearer[]];
  /** Whether it takes the place of another one of the same source and window. */
  readonly replace: boolean;
  readonly personId: string;
  readonly body: AsyncIterable<Uint8Array>;
};

/**
 * What became of it. `known`: the same bytes are there already. `conflict`: other bytes are, and were not to be replaced.
 * `under-way`: another sender is at this source and window.
 */
export type Received =
  | { readonly kind: "stored" | "known" | "conflict"; readonly batchId: string; readonly digest: string }
  | { readonly kind: "under-way" }
  | { readonly kind: "too-large" }
  | { readonly kind: "unreadable"; readonly columns: readonly string[] };

type Deps = { readonly pool: LedgerPool; readonly now: () => string };

/**
 * Takes a batch in, chunk by chunk, and answers once it is whole. One that was cut off goes on where it was: chunks that
 * stand are not written again. Rejects when the sender or the database goes away; what was written then waits for the rest.
 */
export async function receiveBatch(deps: Deps, sent: SentBatch): Promise<Received> {
  const { source, window } = sent;
  const name = [source, window.from, window.until].join(" ");
  const received = await alone(deps.pool, sent.company, name, () => receiveAlone(deps, sent));
  return received ?? { kind: "under-way" };
}

async function receiveAlone(deps: Deps, sent: SentBatch): Promise<Received> {
  const known = await batchesOf(deps.pool, sent);
  const current = known.find(({ state }) => state === "stored" || state === "told");
  try {
    if (current !== undefined && !sent.replace) {
      const { digest } = await digestOf(sent.body);
      const { batchId } = current;
      return { kind: digest === current.digest ? "known" : "conflict", batchId, digest: current.digest ?? "" };
    }
    const begun = known.find(({ state }) => state === "receiving");
    const n = (known[0]?.n ?? 0) + 1;
    const writer = chunkWriter(deps, sent, begun?.batchId, n);
    const whole = await store(sent, writer);
    return await settle(deps, sent, whole, current);
  } catch (error) {
    if (error instanceof TooLarge) return { kind: "too-large" };
    if (error instanceof UnreadableBatch) return { kind: "unreadable", columns: error.columns };
    throw error;
  }
}

/** Writes chunks under the batch that begins with the first of them, or that was begun. */
function chunkWriter({ pool, now }: Deps, sent: SentBatch, begun: string | undefined, n: number) {
  const { company, format } = sent;
  const digests: string[] = [];
  let batchId = begun;
  let standing: readonly string[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function open(): Promise<string> {
    batchId ??= await beginBatch(pool, sent, n, format, now());
    if (digests.length === 0) standing = await chunkDigests(pool, company, batchId);
    return batchId;
  }

  return {
    digests,
    open,
    /** One is written while the next one is read; a failure is told by the next call. */
    async write(chunk: Chunk): Promise<void> {
      const id = await open();
      digests.push(chunk.digest);
      await writing;
      if (standing[chunk.n - 1] === chunk.digest) return;
      writing = keepChunk(pool, company, id, chunk, now());
      writing.catch(() => undefined);
    },
    settled: () => writing,
    /** What cannot become whole is not kept. */
    async drop(): Promise<void> {
      if (batchId !== undefined) await dropChunks(pool, company, batchId);
    },
  };
}

type Writer = ReturnType<typeof chunkWriter>;
type Whole = {
  readonly batchId: string;
  readonly digest: string;
  readonly bytes: number;
  readonly digests: readonly string[];
};

async function store({ format, hearers, body }: SentBatch, writer: Writer): Promise<Whole> {
  const intake = createIntake(format, hearers);
  const chunks = createChunks();
  try {
    const { digest, bytes } = await digestOf(body, async (piece) => {
      for (const row of piece === undefined ? intake.end() : intake.push(piece)) {
        const full = chunks.add(row);
        if (full !== undefined) await writer.write(full);
      }
    });
    const rest = chunks.rest();
    if (rest !== undefined) await writer.write(rest);
    await writer.settled();
    return { batchId: await writer.open(), digest, bytes, digests: writer.digests };
  } catch (error) {
    await writer.settled().catch(() => undefined);
    if (error instanceof TooLarge || error instanceof UnreadableBatch) await writer.drop();
    throw error;
  }
}

/** Whether it was new: the same bytes again, sent to replace themselves, replace nothing. */
async function settle(
  { pool, now }: Deps,
  sent: SentBatch,
  whole: Whole,
  current: { readonly batchId: string; readonly digest: string | null } | undefined,
): Promise<Received> {
  const { company, source, window, format, personId } = sent;
  const { batchId, digest } = whole;
  const at = now();
  if (current?.digest === digest) {
    await standAside(pool, company, batchId, current.batchId, at);
    return { kind: "known", batchId: current.batchId, digest };
  }
  const hearers = sent.hearers.map(({ functionId }) => functionId);
  await completeBatch(pool, {
    ...whole,
    company,
    source,
    window,
    format,
    hearers,
    replaces: current?.batchId,
    personId,
    at,
  });
  return { kind: "stored", batchId, digest };
}

class TooLarge extends Error {}

/**
 * SHA-256 (hex) and number of the bytes. `each` has every piece, and undefined at the end. @throws TooLarge at once, and what
 * cannot be read once the sender is done: it would not hear of it before.
 */
async function digestOf(
  body: AsyncIterable<Uint8Array>,
  each: (piece: Uint8Array | undefined) => Promise<void> = async () => undefined,
): Promise<{ digest: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  let unreadable: UnreadableBatch | undefined;
  const look = async (piece: Uint8Array | undefined): Promise<void> => {
    if (unreadable !== undefined) return;
    await each(piece).catch((error: unknown) => {
      if (!(error instanceof UnreadableBatch)) throw error;
      unreadable = error;
    });
  };
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > MAX_BATCH_BYTES) throw new TooLarge(`more than ${MAX_BATCH_BYTES} bytes`);
    hash.update(piece);
    await look(piece);
  }
  await look(undefined);
  if (unreadable !== undefined) throw unreadable;
  return { digest: hash.digest("hex"), bytes };
}
