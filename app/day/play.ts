import type { Pool } from "pg";
import { bodyOf } from "../../cli/api-body.ts";
import { createClient, type Client } from "../../cli/client.ts";
import type { DevPerson } from "../../cli/credentials.ts";
import { CliFailure } from "../../cli/failure.ts";
import { followDay, type Followed } from "./follow.ts";
import { patiently } from "./patience.ts";
import { planDay, type DayPlan } from "./plan.ts";
import { postDelivery, type Delivered, type Sender } from "./post.ts";
import { closeDay, openDay, seedDay } from "./seed.ts";
import { summarise, type DaySummary } from "./summary.ts";

/** Where HubSpot's webhooks are taken: `HUBSPOT_PATH`, without loading the gateway. A test holds them equal. */
export const WEBHOOK_PATH = "/webhooks/hubspot";
const TIMEOUT_MS = 120_000;

export type DayOptions = {
  /** The gateway's address. */
  readonly url: string;
  /** Where the CRM believes the gateway to be, without a path, when that is another address; it is signed. */
  readonly publicUrl?: string;
  readonly hubspotSecret: string;
  /** Used to fill the sandbox CRM and the programme and to count days; everything else goes over HTTP. */
  readonly pool: Pool;
  readonly company: string;
  readonly people: readonly DevPerson[];
  readonly onProgress: (line: string) => void;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Longest that the cases may take to end or to ask a person. */
  readonly timeoutMs?: number;
  /** Ends the play at the next step with the signal's reason; the day stays open and is continued another time. */
  readonly signal?: AbortSignal;
};

/**
 * Plays one working day on a running system, as the outside world sees it: signed webhooks in, then verdicts by the way
 * the command line gives them. An interrupted day is continued. Throws when a case neither ends nor asks in time: the
 * day stays open then.
 */
export async function playDay(options: DayOptions): Promise<DaySummary> {
  const { pool, company, onProgress, clock } = options;
  const nowIso = () => new Date(clock()).toISOString();
  const { day, startedAt, continued } = await openDay(pool, company, nowIso());
  const plan = planDay({ day, startedAt, company });
  onProgress(`working day ${day}${continued ? " goes on where it was interrupted" : ""}`);
  await seedDay(pool, plan);
  const delivered = await deliver(options, plan);
  const first = options.people[0];
  if (first === undefined) throw new Error("nobody here may read the events");
  const client = createClient({ url: options.url, token: first.token });
  const { timeoutMs = TIMEOUT_MS, signal } = options;
  const follow = { client, plan, timeoutMs, signal };
  onProgress("the cases run");
  const asked = await followDay(follow, new Set());
  const answered = await answerQuestions(options, client, asked);
  const followed = await followDay(follow, answered);
  const finishedAt = nowIso();
  await closeDay(pool, company, day, finishedAt);
  return summarise({ plan, continued, finishedAt, delivered, followed });
}

async function deliver(
  { url, publicUrl = url, hubspotSecret, clock, onProgress, signal }: DayOptions,
  plan: DayPlan,
): Promise<Delivered[]> {
  const targetUrl = `${publicUrl.replace(/\/+$/, "")}${WEBHOOK_PATH}`;
  const sender: Sender = { url: new URL(WEBHOOK_PATH, url).href, targetUrl, secret: hubspotSecret, clock, signal };
  const delivered: Delivered[] = [];
  for (const delivery of plan.deliveries) {
    signal?.throwIfAborted();
    const answer = await postDelivery(sender, delivery);
    delivered.push(answer);
    onProgress(`the CRM delivers ${delivery.name}: ${answer.status}${answer.code === null ? "" : ` ${answer.code}`}`);
  }
  return delivered;
}

/** Gives the day's verdicts on the questions that are open, each by somebody in the role that is asked. */
async function answerQuestions(
  { url, people, onProgress, signal }: DayOptions,
  reader: Client,
  asked: readonly Followed[],
): Promise<Set<string>> {
  const answered = new Set<string>();
  for (const { item, event } of asked) {
    if (item.answer === null || event.waitingFor === null) continue;
    const { escalationId, role } = event.waitingFor;
    const person = people.find((known) => known.role === role);
    if (person === undefined) throw new Error(`nobody here is a ${role}`);
    const { actionDigest } = await patiently(
      () => bodyOf(escalationOf(reader).$get({ param: { escalationId } })),
      signal,
    );
    const { verdict, reason } = item.answer;
    const client = createClient({ url, token: person.token });
    const { $post } = escalationOf(client)[verdict];
    const give = () => bodyOf($post({ param: { escalationId }, header: {}, json: { actionDigest, reason } }));
    await patiently(give, signal).catch(alreadyAnswered);
    onProgress(`${person.name} ${verdict === "approve" ? "approves" : "rejects"}: ${item.name}`);
    answered.add(item.objectId);
  }
  return answered;
}

const escalationOf = ({ v1 }: Client) => v1.escalations[":escalationId"];

/** Somebody was quicker: the case goes on with their verdict. Anything else is a fault. */
function alreadyAnswered(error: unknown): void {
  if (!(error instanceof CliFailure) || error.problem.code !== "already-decided") throw error;
}
