import { NativeConnection, Worker } from "@temporalio/worker";
import { resolve } from "node:path";
import { givenCrmObject, quoteDeskSays } from "../fixtures/programme.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import type { Engines } from "../setup/start-engines.ts";
import { sealing, startSystem, type System } from "../setup/system.ts";
import { countAlone, cpuMeter, readDatabaseWork, type Counts, type DatabaseWork } from "./cost.ts";
import { givenPartners, partnerOf } from "./partners.ts";
import { compare, throughput, type Comparison } from "./ratio.ts";
import { keepWal, readWal, walPlace, type WalShare } from "./wal.ts";

type Bench = Pick<Engines, "postgresUrl" | "temporalAddress" | "pids">;

const ROUNDS = 5;
const CASES = 80;
const WIDTH = 16;

/** What one case costs. CPU in milliseconds by process group; what is written is Mandate's own database's. */
export type CaseCost = {
  readonly cpuMs: { readonly [group: string]: number };
  readonly commits: number;
  /** Those of them that are a statement alone, by its name; the others are transactions. */
  readonly alone: Counts;
  readonly rowWrites: number;
  readonly walBytes: number;
};

export type GovernedQuote = Comparison & {
  readonly costs: { readonly ours: CaseCost; readonly bare: CaseCost };
  /** What the write-ahead log of the rounds is made of, a share of each case. */
  readonly wal: readonly WalShare[];
};

/** A bare workflow keeps nothing in this database. */
const nothingWritten = { commits: 0, alone: {}, rowWrites: 0, walBytes: 0 };

/** Quotes that execute, end to end on the one road, against workflows of nine activities that do nothing. */
export async function governedQuote(engines: Bench): Promise<GovernedQuote> {
  const system = await startSystem({ engines, codecs: sealing });
  const bare = await startBare(engines.temporalAddress);
  try {
    await givenPartners(system.pool, system.company);
    await seed(system, 0, CASES * (ROUNDS + 1));
    const groups = {
      own: { pid: process.pid, children: false },
      engine: { pid: engines.pids.temporal, children: false },
      postgres: { pid: engines.pids.postgres, children: true },
    };
    const [oursMeter, bareMeter] = [cpuMeter(groups), cpuMeter(groups)];
    let round = 0;
    let before: (DatabaseWork & { readonly place: number; readonly alone: Counts }) | undefined;
    const alone = countAlone(system.pool);
    const { pool: owner, name: database } = system.database;
    await keepWal(owner);
    const ours = async () => {
      const first = CASES * round;
      round += 1;
      const run = () =>
        throughput(CASES, WIDTH, async (index) => {
          const caseId = await system.arrive("quoting", `b${first + index}`);
          await system.client.workflow.getHandle(caseId).result();
        });
      return round === 1 ? run() : oursMeter.during(run);
    };
    let bareRound = 0;
    const peer = async () => {
      bareRound += 1;
      const name = `bare-${system.company}-${bareRound}`;
      const run = () => throughput(CASES, WIDTH, (index) => bare.once(system, `${name}-${index}`));
      if (bareRound > 1) return bareMeter.during(run);
      const speed = await run();
      // The warm-up of both is over.
      before = { ...(await readDatabaseWork(owner, database)), place: await walPlace(owner), alone: alone() };
      return speed;
    };
    const result = await compare("governed quote", "cases/s", ours, peer, ROUNDS);
    const after = await readDatabaseWork(owner, database);
    const wal = before === undefined ? [] : await readWal(owner, before.place, await walPlace(owner));
    const { approvals } = await quoteDeskSays(system.pool, system.company);
    const asked = CASES * (ROUNDS + 1);
    if (approvals.length !== asked) throw new Error(`${approvals.length} effects for ${asked} quotes`);
    const written = { ...difference(after, before), alone: since(before?.alone ?? {}, alone()) };
    return {
      ...result,
      costs: {
        ours: perCase({ cpuMs: oursMeter.spentMs(), ...written }),
        bare: perCase({ cpuMs: bareMeter.spentMs(), ...nothingWritten }),
      },
      wal: wal.map(walPerCase),
    };
  } finally {
    await bare.stop();
    await system.stop();
  }
}

function difference(after: DatabaseWork, before: DatabaseWork | undefined): DatabaseWork {
  if (before === undefined) throw new Error("nothing was measured before the rounds");
  return {
    commits: after.commits - before.commits,
    rowWrites: after.rowWrites - before.rowWrites,
    walBytes: after.walBytes - before.walBytes,
  };
}

function since(before: Counts, after: Counts): Counts {
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
}

function perCase({ cpuMs, commits, alone, rowWrites, walBytes }: CaseCost): CaseCost {
  const count = CASES * ROUNDS;
  const each = (counts: Counts) => Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, n / count]));
  return {
    cpuMs: each(cpuMs),
    commits: commits / count,
    alone: each(alone),
    rowWrites: rowWrites / count,
    walBytes: walBytes / count,
  };
}

function walPerCase({ records, bytes, pageBytes, ...named }: WalShare): WalShare {
  const count = CASES * ROUNDS;
  return { ...named, records: records / count, bytes: bytes / count, pageBytes: pageBytes / count };
}

async function seed(system: System, first: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  const record = (n: number) =>
    quoteAtDiscount(120_000, { quote_id: `Q-b${n}`, quote_requested_by: "sam", partner_id: partnerOf(n) });
  await Promise.all(
    numbers.map((n) =>
      givenCrmObject(system.pool, system.company, "deal", `b${n}`, record(n) as Record<string, string>),
    ),
  );
}

async function startBare(address: string) {
  const prefix = "bare";
  const connection = await NativeConnection.connect({ address });
  const activities = { nothing: async () => undefined };
  const workflowsPath = resolve(import.meta.dirname, "bare-workflow.ts");
  const workers = [
    await Worker.create({ connection, taskQueue: `${prefix}-orchestration`, workflowsPath, activities }),
    await Worker.create({ connection, taskQueue: `${prefix}-agents`, activities }),
    await Worker.create({ connection, taskQueue: `${prefix}-tools`, activities }),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    async once({ client }: System, workflowId: string): Promise<void> {
      const handle = await client.workflow.signalWithStart("bareCase", {
        workflowId,
        taskQueue: `${prefix}-orchestration`,
        signal: "eventArrived",
      });
      await client.workflow.getHandle(handle.workflowId).result();
    },
    async stop() {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
