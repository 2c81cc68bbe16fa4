import { placeOf } from "./cases.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CHECK = "schedules";
const CONNECT_TIMEOUT_MS = 3_000;

/** Whether the company's schedules are what its functions ask for: without them nothing is opened by its date. */
export async function checkSchedules(patient: Patient): Promise<Finding> {
  const place = await placeOf(patient);
  if (place === undefined) return ok(CHECK, "nothing is running: nothing falls due");
  const { lookAtCompanySchedules } = await import("../schedules/at-engine.ts");
  const { connectionOptions } = place;
  const quick = { ...place, connectionOptions: { ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS } };
  try {
    const { missing, differing, left, paused } = await lookAtCompanySchedules(patient.config.company, quick);
    const wrong = [told("missing", missing), told("not as they should be", differing), told("not needed", left)].flat();
    if (wrong.length > 0) return fail(CHECK, wrong.join("; "), mend(patient));
    if (paused[0] === undefined) return ok(CHECK, "as the functions ask for");
    const [first] = paused;
    return warn(CHECK, `paused: ${paused.join(", ")}`, `temporal schedule toggle --unpause --schedule-id ${first}`);
  } catch (error) {
    return warn(CHECK, `how they stand is not known: ${(error as Error).message}`, "npx mandate doctor");
  }
}

function told(what: string, ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? [] : [`${what}: ${ids.join(", ")}`];
}

/** Whoever starts the engine here keeps its schedules too. */
function mend({ config, runtime }: Patient): string {
  const isOurs = config.temporalAddress === undefined && runtime.kind === "running";
  return isOurs ? `kill ${runtime.runtime.pid}; npm start` : "npx mandate migrate";
}
