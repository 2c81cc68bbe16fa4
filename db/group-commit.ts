/** What became of one item of a batch. */
export type Written<R> =
  | { readonly kind: "written"; readonly answer: R }
  | { readonly kind: "failed"; readonly error: unknown };

export type GroupCommit<T, R> = {
  /** Resolves once the item is committed; rejects when this very item cannot be. */
  readonly submit: (item: T) => Promise<R>;
  /** Resolves when nothing is waiting or under way. */
  readonly drain: () => Promise<void>;
};

type Waiting<T, R> = {
  readonly item: T;
  readonly resolve: (answer: R) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Lets concurrent callers share a commit: whoever comes while `writers` batches (default 1) are being written joins the
 * next one, first come, first served, as long as the batch is at most `maxBatch`; an item that is larger goes alone. A
 * lone caller never waits. With a second writer this process prepares one batch while the database writes the other; two
 * batches may then be committed in either order.
 *
 * `write` is one transaction and answers for each item, in order; when it fails as a whole, each item is written alone, so
 * that one that cannot even be sent fails its own caller only. An item may thus be written twice: the second time must
 * change nothing.
 */
export function groupCommit<T, R>({
  write,
  maxBatch,
  writers = 1,
  sizeOf = () => 1,
}: {
  readonly write: (batch: readonly T[]) => Promise<readonly Written<R>[]>;
  readonly maxBatch: number;
  readonly writers?: number;
  readonly sizeOf?: (item: T) => number;
}): GroupCommit<T, R> {
  const queue: Waiting<T, R>[] = [];
  let free = writers;
  let underWay: Promise<unknown> = Promise.resolve();

  /** How many of those waiting go together. */
  function fitting(): number {
    let size = 0;
    const end = queue.findIndex(({ item }, index) => {
      size += sizeOf(item);
      return size > maxBatch && index > 0;
    });
    return end === -1 ? queue.length : end;
  }

  async function writeTo(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      tell(batch, await write(batch.map(({ item }) => item)));
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else await Promise.all(batch.map((alone) => writeTo([alone])));
    }
  }

  /** Ends in the same step in which it finds nothing waiting, so that nobody who comes then is left behind. */
  async function run(): Promise<void> {
    await Promise.resolve();
    while (queue.length > 0) await writeTo(queue.splice(0, fitting()));
    free += 1;
  }

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        if (free === 0) return;
        free -= 1;
        underWay = Promise.all([underWay, run()]);
      }),
    async drain() {
      await underWay;
    },
  };
}

function tell<T, R>(batch: readonly Waiting<T, R>[], answers: readonly Written<R>[]): void {
  if (answers.length !== batch.length) throw new Error(`${answers.length} answers for ${batch.length} items`);
  for (const [index, { resolve, reject }] of batch.entries()) {
    const written = answers[index];
    if (written?.kind === "written") resolve(written.answer);
    else reject(written?.error);
  }
}
