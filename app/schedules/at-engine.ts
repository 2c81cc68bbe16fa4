import { queuePrefixOf, taskQueue } from "../../temporal.config.ts";
import { connectClient, type TemporalPlace } from "../temporal-connection.ts";
import { schedulesOf } from "./company-schedules.ts";
import { keepSchedules, lookAtSchedules, type Standing, type Wanted } from "./keep-schedules.ts";

/** What all calls to the engine may take together. */
const PATIENCE_MS = 20_000;

/** Makes the schedules of a company what its functions ask for. Rejects when the engine cannot be reached. */
export function keepCompanySchedules(company: string, place: TemporalPlace): Promise<Standing> {
  return atEngine(place, company, keepSchedules);
}

/** How the schedules of a company stand; changes nothing. Rejects when the engine cannot be reached. */
export function lookAtCompanySchedules(company: string, place: TemporalPlace): Promise<Standing> {
  return atEngine(place, company, lookAtSchedules);
}

async function atEngine(place: TemporalPlace, company: string, work: typeof keepSchedules): Promise<Standing> {
  const queue = taskQueue(queuePrefixOf(company), "orchestration");
  const wanted: Wanted = { company, schedules: schedulesOf(company), queue };
  const client = await connectClient(place);
  try {
    return await client.withDeadline(Date.now() + PATIENCE_MS, () => work(client, wanted));
  } finally {
    await client.connection.close();
  }
}
