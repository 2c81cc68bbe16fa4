import { NativeConnection, Worker } from "@temporalio/worker";
import { resolve } from "node:path";
import { taskQueue } from "../../temporal.config.ts";
import { givenCrmObject, quoteDeskSays } from "../fixtures/programme.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { startSystem, type System } from "../setup/system.ts";
import { givenPartners, partnerOf } from "./partners.ts";
import { compare, throughput, type Comparison } from "./ratio.ts";

type Engines = { readonly postgresUrl: string; readonly temporalAddress: string };

const ROUNDS = 5;
const CASES = 80;
const WIDTH = 16;

/** Quotes that execute, end to end on the one road, against workflows of the same shape whose activities do nothing. */
export async function governedQuote(engines: Engines): Promise<Comparison> {
  const system = await startSystem({ engines });
  const bare = await startBare(engines.temporalAddress);
  try {
    await givenPartners(system.pool, system.company);
    let asked = 0;
    const ours = async () => {
      const first = asked;
      asked += CASES;
      await seed(system, first, CASES);
      return throughput(CASES, WIDTH, async (index) => {
        const caseId = await system.arrive("quoting", `b${first + index}`);
        await system.client.workflow.getHandle(caseId).result();
      });
    };
    let run = 0;
    const peer = async () => {
      run += 1;
      const round = run;
      return throughput(CASES, WIDTH, (index) => bare.once(system, `bare-${system.company}-${round}-${index}`));
    };
    const result = await compare("governed quote", "cases/s", ours, peer, ROUNDS);
    const { approvals } = await quoteDeskSays(system.pool, system.company);
    if (approvals.length !== asked) throw new Error(`${approvals.length} effects for ${asked} quotes`);
    return result;
  } finally {
    await bare.stop();
    await system.stop();
  }
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
    await Worker.create({ connection, taskQueue: taskQueue(prefix, "orchestration"), workflowsPath, activities }),
    await Worker.create({ connection, taskQueue: taskQueue(prefix, "agents"), activities }),
    await Worker.create({ connection, taskQueue: taskQueue(prefix, "tools"), activities }),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    async once({ client }: System, workflowId: string): Promise<void> {
      const handle = await client.workflow.signalWithStart("bareCase", {
        workflowId,
        taskQueue: taskQueue(prefix, "orchestration"),
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
