import { setTimeout as sleep } from "node:timers/promises";
import type { Card } from "../../domain/card.ts";
import type { EscalationShown } from "../../gateway/http/escalations.ts";
import { bodyOf } from "../../cli/api-body.ts";
import type { Role } from "../../functions/definition.ts";
import { putObjects, readCalls, readObjects } from "../../tools/sandbox/door.ts";
import { eventOf } from "../day/deliveries.ts";
import { WEBHOOK_PATH } from "../day/play.ts";
import { postDelivery } from "../day/post.ts";
import { moveTime } from "../engine/move-time.ts";
import {
  answerTo,
  lookUpsFor,
  minutesMilliFor,
  personMinutes,
  requesterDoes,
  requesterMinutes,
  toldBy,
  wordsOn,
  type Doing,
  type Told,
} from "./behaviour.ts";
import type { PlayedCompany } from "./company.ts";
import { dealOf, decimal, type Request } from "./requests.ts";

/** What became of one request. */
export type PlayedRequest = {
  readonly n: number;
  readonly end: "yes" | "no";
  /** From its coming in to its yes, by the company's clock; null without one. */
  readonly minutesToYes: number | null;
  /** Questions that people answered of it, and what that took them, in thousandths of a minute. */
  readonly answered: number;
  readonly peopleMinutesMilli: number;
  readonly words: number;
  readonly lookUps: number;
  /** Somebody told the requester what would pass, or what is missing, and whether the requester did that. */
  readonly wasTold: boolean;
  readonly didAsTold: boolean;
  /** Of a yes, what was given away of the list price, in millionths. */
  readonly givenPpm: number | null;
  /** It passed by the rules alone although its quote's id holds an address that nobody checked. */
  readonly unchecked: boolean;
};

const MINUTE_MS = 60_000;
const PATIENCE_MS = 90_000;
const LOOK_MS = 20;

/** Plays the requests of a programme one after the other, as the CRM, people and requesters bring them. */
export async function playRequests(
  played: PlayedCompany,
  { seed, left, onPlayed }: { readonly seed: number; readonly left: ReadonlySet<Role>; readonly onPlayed: () => void },
  requests: readonly Request[],
): Promise<readonly PlayedRequest[]> {
  const ends: PlayedRequest[] = [];
  let answeredBefore = 0;
  for (const request of requests) {
    const play = new RequestPlay(played, { seed, left, answeredBefore }, request);
    const end = await play.end();
    answeredBefore += end.answered;
    ends.push(end);
    onPlayed();
  }
  return ends;
}

type Setting = { readonly seed: number; readonly left: ReadonlySet<Role>; readonly answeredBefore: number };

/** One request under way. Its time is the company's: what people and requesters take moves it, what engines take is not counted. */
class RequestPlay {
  private readonly played: PlayedCompany;
  private readonly setting: Setting;
  private readonly request: Request;
  private readonly objectId: string;
  private readonly begunMs: number;
  private sinceMs = 0;
  private netPriceMinor: number;
  private conceded = 0;
  private events = 0;
  private notesRead = 0;
  private told: Told = { lacksSomething: false };
  private wasTold = false;
  private didAsTold = false;
  private readonly spent = { answered: 0, peopleMinutesMilli: 0, words: 0, lookUps: 0 };

  constructor(played: PlayedCompany, setting: Setting, request: Request) {
    this.played = played;
    this.setting = setting;
    this.request = request;
    this.netPriceMinor = request.netPriceMinor;
    this.objectId = String(9_700_000_000 + request.n);
    this.begunMs = Date.parse(played.clock.now());
  }

  async end(): Promise<PlayedRequest> {
    await this.asks(dealOf(this.request));
    for (;;) {
      const state = await this.state();
      if (state === "approved") return this.ended("yes");
      const isOpen = state === "approval_requested";
      const doing = await this.doing(isOpen ? "asked" : "refused");
      if (isOpen) await this.whoIsFirst(doing);
      else if (doing === undefined) return this.ended("no");
      else await this.does(doing, requesterMinutes(this.setting.seed, this.request, this.events));
    }
  }

  /** While a question is open: the requester mends it, or a person answers it, whichever comes first. */
  private async whoIsFirst(doing: Doing | undefined): Promise<void> {
    const { seed } = this.setting;
    const answersIn = personMinutes(seed, this.request, this.events);
    const actsIn = requesterMinutes(seed, this.request, this.events);
    if (doing !== undefined && actsIn < answersIn) return this.does(doing, actsIn);
    await this.waits(answersIn);
    await this.answers();
  }

  private async doing(state: "asked" | "refused"): Promise<Doing | undefined> {
    for (const note of (await this.notes()).slice(this.notesRead)) {
      this.notesRead += 1;
      this.told = toldBy(note);
      this.wasTold ||= this.told.lacksSomething || this.told.netPriceMinor !== undefined;
    }
    const { told, netPriceMinor, conceded } = this;
    return requesterDoes(this.setting.seed, this.request, { state, told, netPriceMinor, conceded });
  }

  private async does(doing: Doing, minutes: number): Promise<void> {
    await this.waits(minutes);
    this.didAsTold ||= doing.kind !== "asks-less";
    this.told = { lacksSomething: false };
    if (doing.kind === "corrects") return this.asks({ quote_list_price: decimal(this.request.listPriceMinor) });
    if (doing.kind === "asks-less") this.conceded += 1;
    this.netPriceMinor = doing.netPriceMinor;
    await this.asks({ quote_net_price: decimal(doing.netPriceMinor) });
  }

  /** The record says so, asks, and the CRM tells of it. */
  private async asks(changes: { readonly [property: string]: string }): Promise<void> {
    const { company, pool, clock, gatewayUrl, hubspotSecret } = this.played;
    const properties = { ...changes, quote_status: "approval_requested" };
    await putObjects(pool, { company, system: "crm" }, [{ type: "deal", id: this.objectId, properties }]);
    this.events += 1;
    const item = { name: "", objectType: "deal", objectId: this.objectId, properties, answer: null } as const;
    const event = eventOf(this.request.n, clock.now(), this.events, item);
    const targetUrl = `${gatewayUrl}${WEBHOOK_PATH}`;
    const sender = { url: targetUrl, targetUrl, secret: hubspotSecret, clock: Date.now };
    const { status } = await postDelivery(sender, { name: "", batch: [event], signature: "genuine" });
    if (status !== 202) throw new Error(`the gateway answered ${status} to the CRM`);
    await this.settled();
  }

  /** A person reads the card, as it is shown, and answers. */
  private async answers(): Promise<void> {
    const open = await this.question();
    if (open === undefined) return;
    const { seed, answeredBefore } = this.setting;
    const card = this.shown(open.card);
    const answer = answerTo(seed, this.request, card);
    const [words, lookUps] = [wordsOn(card), lookUpsFor(card, answer, answeredBefore + this.spent.answered).length];
    this.spent.answered += 1;
    this.spent.words += words;
    this.spent.lookUps += lookUps;
    this.spent.peopleMinutesMilli += minutesMilliFor(words, lookUps);
    const { escalationId, actionDigest, role } = open;
    const given = { param: { escalationId }, header: {}, json: { actionDigest, reason: "as the card shows it" } };
    const { approve, reject } = this.as(role).v1.escalations[":escalationId"];
    await bodyOf(answer === "approve" ? approve.$post(given) : reject.$post(given));
    await this.settled();
  }

  /** Without Intelligence nobody brings past answers and what they say. */
  private shown(card: Card): Card {
    return this.setting.left.has("intelligence")
      ? { ...card, recommendation: null, findings: [], precedents: [] }
      : card;
  }

  private as(role: string) {
    const client = this.played.people.get(role);
    if (client === undefined) throw new Error(`nobody here is a ${role}`);
    return client;
  }

  private async question(): Promise<EscalationShown | undefined> {
    const { escalations } = this.as("partner-manager").v1;
    const { escalations: open } = await bodyOf(escalations.$get({ query: { state: "open" } }));
    const [first] = open;
    if (first === undefined) return undefined;
    const param = { escalationId: first.escalationId };
    return bodyOf(escalations[":escalationId"].$get({ param }));
  }

  private async state(): Promise<unknown> {
    const { company, pool } = this.played;
    const [deal] = await readObjects(pool, { company, system: "crm", type: "deal", id: this.objectId });
    return deal?.properties["quote_status"];
  }

  private async notes(): Promise<readonly string[]> {
    const calls = await readCalls(this.played.pool, this.played.company, "crm");
    return calls.flatMap(({ operation, outcome, request }) =>
      operation === "add-note" && outcome === "done" && request["objectId"] === this.objectId
        ? [request["text"]].filter((text) => typeof text === "string")
        : [],
    );
  }

  private async waits(minutes: number): Promise<void> {
    this.sinceMs += minutes * MINUTE_MS;
    const due = this.begunMs + this.sinceMs;
    const { clock, moved } = this.played;
    if (due > Date.parse(clock.now())) await moveTime(moved, new Date(due).toISOString());
  }

  /** The work on the newest event ended, or waits for a person and its note is there. */
  private async settled(): Promise<void> {
    const { pool, company } = this.played;
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const { rows } = await pool.query<{ settled: boolean }>(AT_REST, [company, this.objectId]);
      if (rows[0]?.settled === true) return;
      if (performance.now() > until) throw new Error(`request ${this.request.n} is still under way`);
      await sleep(LOOK_MS);
    }
  }

  private ended(end: "yes" | "no"): PlayedRequest {
    const { n, listPriceMinor, concessionsMinor, holdsLink } = this.request;
    const given = listPriceMinor - this.netPriceMinor + concessionsMinor;
    const isYes = end === "yes";
    return {
      n,
      end,
      minutesToYes: isYes ? this.sinceMs / MINUTE_MS : null,
      ...this.spent,
      wasTold: this.wasTold,
      didAsTold: this.didAsTold,
      givenPpm: isYes ? Math.ceil((given * 1_000_000) / listPriceMinor) : null,
      unchecked: isYes && holdsLink && this.spent.answered === 0,
    };
  }
}

/** Whether the newest event about a deal has its case's end, or an open question whose note, where one is owed, was left. */
const AT_REST = `
  select i.dispatched_at is not null and (
      exists (select from audit_record r
              where r.company = $1 and r.kind = 'case_end' and r.key like '%/' || i.event_id || '/end')
      or exists (select from escalation s
                 join decision d on d.company = s.company and d.decision_id = s.decision_id
                 where s.company = $1 and s.state = 'open' and position('/' || i.event_id || '/' in s.step_key) > 0
                   and (not coalesce(d.details ?| array['offers', 'unknown'], false)
                        or exists (select from sandbox.call c
                                   where c.company = $1 and c.system = 'crm' and c.operation = 'add-note' and c.outcome = 'done'
                                     and position(s.decision_id in c.request->>'text') > 0)))) as settled
  from inbox i
  where i.company = $1 and i.object_id = $2 and i.function_id = 'quoting' and i.state in ('pending', 'dispatched')
  order by i.occurred_at desc, i.received_at desc limit 1`;
