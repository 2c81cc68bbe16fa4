/** Most rows written by one statement. One caller's rows are never split. */
const MAX_ROWS = 200;

export type GroupCommit<Row, Answer> = {
  /** Resolves with one answer per row once they are committed; rejects when this caller's own rows cannot be. */
  readonly submit: (rows: readonly Row[]) => Promise<readonly Answer[]>;
  /** Resolves when nothing is waiting or under way. */
  readonly drain: () => Promise<void>;
};

type Caller<Row, Answer> = {
  readonly rows: readonly Row[];
  readonly resolve: (answers: readonly Answer[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Lets concurrent callers share a commit: whoever comes while one is under way goes into the next. `write` is one
 * transaction and answers one value per row. When it fails, each caller's rows are written alone, so that rows that
 * cannot be kept fail their own caller only.
 */
export function createGroupCommit<Row, Answer>(
  write: (rows: readonly Row[]) => Promise<readonly Answer[]>,
): GroupCommit<Row, Answer> {
  const queue: Caller<Row, Answer>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (queue.length > 0) await commit(nextBatch(queue), write);
  }

  function start(): void {
    running ??= run().finally(() => {
      running = undefined;
    });
  }

  return {
    submit: (rows) =>
      new Promise((resolve, reject) => {
        queue.push({ rows, resolve, reject });
        start();
      }),
    async drain() {
      await running;
    },
  };
}

/** Takes callers from the front while their rows fit. */
function nextBatch<Row, Answer>(queue: Caller<Row, Answer>[]): Caller<Row, Answer>[] {
  let size = 0;
  const end = queue.findIndex(({ rows }, index) => {
    size += rows.length;
    return size > MAX_ROWS && index > 0;
  });
  return queue.splice(0, end === -1 ? queue.length : end);
}

async function commit<Row, Answer>(
  callers: readonly Caller<Row, Answer>[],
  write: (rows: readonly Row[]) => Promise<readonly Answer[]>,
): Promise<void> {
  try {
    const answers = await write(callers.flatMap(({ rows }) => rows));
    let from = 0;
    for (const { rows, resolve } of callers) {
      resolve(answers.slice(from, from + rows.length));
      from += rows.length;
    }
  } catch (error) {
    if (callers.length === 1) callers[0]?.reject(error);
    else await Promise.all(callers.map((caller) => commit([caller], write)));
  }
}
