import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json, JsonObject } from "../../domain/json.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { quoteRecord } from "../../functions/quoting/fixture.ts";
import { signHubspotRequest } from "../../gateway/webhooks/hubspot/signature.ts";
import { putObjects, readObjects } from "../../tools/sandbox/door.ts";
import { givenRegistration, notesOn, quoteDeskSays } from "../fixtures/programme.ts";
import { eventually, type System } from "../setup/system.ts";

/** One thing that happens, or that must be so, in a story. */
type Step = {
  /** An object of the CRM: a whole quote or registration with `set` laid over it. `$n` is the story's own number. */
  readonly put?: { readonly as: string; readonly type: "deal" | "registration"; readonly set: JsonObject };
  readonly set?: { readonly of: string; readonly set: JsonObject };
  /** A signed HubSpot event about it: `with` is laid over a usual one, `beside` makes a second one of the batch. */
  readonly event?: {
    readonly of: string;
    readonly with: { readonly $drop?: readonly string[]; readonly [field: string]: unknown };
    readonly beside?: JsonObject;
    readonly rawEventId?: string;
    readonly query?: string;
    readonly status?: number;
  };
  /** Its case ended, or waits for a person. */
  readonly settle?: string;
  readonly approve?: { readonly of: string; readonly status?: number };
  readonly decide?: {
    readonly facts: JsonObject;
    readonly not?: string;
    readonly repeat?: number;
    readonly last?: string;
  };
  /** A registration that partner-7 holds, of this customer, for so many milliseconds more. */
  readonly held?: { readonly domain: string; readonly endsInMs: number };
  /** Milliseconds. */
  readonly wait?: number;
  /** `answered`: the request did not end in silence; a person is asked, or the CRM is told. */
  readonly expect?: {
    readonly of: string;
    readonly crm?: string;
    readonly crmNot?: string;
    readonly waiting?: boolean;
    readonly answered?: boolean;
    readonly approvals?: number;
  };
};
export type Story = { readonly id: string; readonly steps: readonly Step[] };

/** Where stories are played: the system with its worker, a gateway, and a partner manager's token. */
export type Stage = { readonly system: System; readonly gatewayUrl: string; readonly token: string };

export const SECRET = "secret-of-the-stories";

/** Plays a story to its end. Throws what is not as it must be. */
export async function played(stage: Stage, { steps }: Story): Promise<void> {
  const play = new Play(stage);
  for (const step of steps) await play.step(step);
}

let objects = 0;
let sent = 0;

/** A story under way: the objects that it put, by its names for them. */
class Play {
  private readonly stage: Stage;
  private readonly put = new Map<string, { type: string; id: string; record: JsonObject }>();
  private readonly n = String(100_000 + objects);

  constructor(stage: Stage) {
    this.stage = stage;
  }

  async step(step: Step): Promise<void> {
    if (step.put !== undefined) await this.puts(step.put);
    if (step.set !== undefined) await this.sets(step.set);
    if (step.event !== undefined) await this.tells(step.event);
    if (step.settle !== undefined) await this.settles(step.settle);
    if (step.approve !== undefined) await this.approves(step.approve);
    if (step.decide !== undefined) await this.decides(step.decide);
    if (step.held !== undefined) await this.holds(step.held);
    if (step.wait !== undefined) await sleep(Math.min(step.wait, 1_500));
    if (step.expect !== undefined) await this.expects(step.expect);
  }

  private async puts({ as, type, set }: NonNullable<Step["put"]>): Promise<void> {
    const id = String(70_000_000 + objects++);
    const base =
      type === "deal"
        ? quoteRecord({ quote_id: `Q-${id}`, quote_requested_by: "sam" })
        : registrationRecord({
            registration_id: `R-${id}`,
            customer_domain: `customer${id}.example`,
            requested_by: "sam",
          });
    // The second object of a story is another partner's.
    const partner = this.put.size === 0 ? "partner-7" : "partner-8";
    const record = { ...base, partner_id: partner, ...this.filled(set) };
    this.put.set(as, { type, id, record });
    await putObjects(this.stage.system.pool, { company: this.stage.system.company, system: "crm" }, [
      { type, id, properties: record },
    ]);
  }

  /** It ends before the longest wait of a story is over. */
  private async holds({ domain, endsInMs }: NonNullable<Step["held"]>): Promise<void> {
    const { pool, company } = this.stage.system;
    const expiresAt = new Date(Date.now() + Math.min(endsInMs, 1_000)).toISOString();
    const held = {
      registrationId: `R-held-${this.n}`,
      partnerId: "partner-7",
      registeredAt: "2026-01-01T00:00:00.000Z",
    };
    await givenRegistration(pool, company, { ...held, domain: domain.replace("$n", this.n), expiresAt });
  }

  private filled(set: JsonObject): JsonObject {
    const texts = Object.entries(set).map(([name, value]) => {
      if (typeof value !== "string") return [name, value] as const;
      const text = value.replace("$n", this.n);
      const [, of = "", property = ""] = /^\$(\w+)\.(\w+)$/.exec(text) ?? [];
      return [name, this.put.get(of)?.record[property] ?? text] as const;
    });
    return Object.fromEntries(texts);
  }

  private async sets({ of, set }: NonNullable<Step["set"]>): Promise<void> {
    const { type, id } = this.of(of);
    await putObjects(this.stage.system.pool, { company: this.stage.system.company, system: "crm" }, [
      { type, id, properties: set },
    ]);
  }

  private of(name: string) {
    const found = this.put.get(name);
    if (found === undefined) throw new Error(`no object \`${name}\``);
    return found;
  }

  private async tells({
    of,
    with: changes,
    beside,
    rawEventId,
    query = "",
    status = 202,
  }: NonNullable<Step["event"]>): Promise<void> {
    const { type, id } = this.of(of);
    const { $drop: dropped = [], ...changed } = changes;
    sent += 1;
    const asks =
      type === "deal"
        ? { objectTypeId: "0-3", propertyName: "quote_status", propertyValue: "approval_requested" }
        : { objectTypeId: "2-4100300", subscriptionType: "object.creation", changeFlag: "CREATED" };
    const event: { [field: string]: unknown } = {
      eventId: sent,
      subscriptionId: 7001,
      portalId: 4242,
      appId: 99,
      occurredAt: Date.now(),
      subscriptionType: "object.propertyChange",
      attemptNumber: 0,
      objectId: Number(id),
      changeSource: "CRM_UI",
      ...asks,
      ...changed,
    };
    for (const field of dropped) delete event[field];
    const batch = [event, ...(beside === undefined ? [] : [{ ...event, eventId: `beside ${sent}`, ...beside }])];
    const json = JSON.stringify(batch);
    const body = rawEventId !== undefined ? json.replace(`"eventId":${sent}`, `"eventId":${rawEventId}`) : json;
    const targetUrl = `${this.stage.gatewayUrl}/webhooks/hubspot${query}`;
    const headers = signHubspotRequest(SECRET, { method: "POST", targetUrl, body, sentAtMs: Date.now() });
    const response = await fetch(targetUrl, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
    });
    assert.equal(response.status, status);
  }

  /** The work on the newest event of each case about it ended, or waits for a person. */
  private async settles(name: string): Promise<void> {
    const { id } = this.of(name);
    const { pool, company } = this.stage.system;
    await eventually(async () => {
      const { rows } = await pool.query<{ at_rest: boolean | null }>(
        `select bool_and(i.dispatched_at is not null and (
                  exists (select from escalation s where s.company = $1 and s.state = 'open'
                          and position('/' || i.event_id || '/' in s.step_key) > 0)
                  or exists (select from audit_record r where r.company = $1 and r.kind = 'case_end'
                             and r.key like '%/' || i.event_id || '/end'))) as at_rest
         from (select distinct on (function_id) * from inbox
               where company = $1 and object_id = $2 and state in ('pending', 'dispatched')
               order by function_id, occurred_at desc, received_at desc) i`,
        [company, id],
      );
      return rows[0]?.at_rest === false ? undefined : true;
    }, 40_000);
  }

  private async question(name: string): Promise<string | undefined> {
    const { rows } = await this.stage.system.pool.query<{ escalation_id: string; action_digest: string }>(
      "select escalation_id, action_digest from escalation where company = $1 and case_id like $2 and state = 'open'",
      [this.stage.system.company, `%-${this.of(name).id}`],
    );
    return rows[0] && `${rows[0].escalation_id} ${rows[0].action_digest}`;
  }

  private async approves({ of, status = 200 }: NonNullable<Step["approve"]>): Promise<void> {
    const found = await eventually(() => this.question(of));
    const [escalationId = "", actionDigest = ""] = found.split(" ");
    const response = await this.post(`/v1/escalations/${escalationId}/approve`, { actionDigest, reason: "seen" });
    assert.equal(response.status, status);
  }

  private async decides({ facts, not, repeat = 1, last }: NonNullable<Step["decide"]>): Promise<void> {
    // Quotes say more since the stories were written.
    const { effectiveDiscount = null } = facts;
    const since = { sellers: "one", quoteHeldBy: "nobody", worstLineDiscount: effectiveDiscount };
    const given: { [fact: string]: Json } = { ...since, ...facts };
    if (given["partner"] === "$fresh") given["partner"] = `p-${this.n}`;
    let verdict: unknown;
    for (let n = 0; n < repeat; n += 1) {
      const response = await this.post(
        "/v1/decisions",
        { policy: "quoting", facts: given, ref: `story-${this.n}` },
        `k-${sent++}`,
      );
      // What contradicts itself is refused, and decides nothing.
      assert.ok([200, 422].includes(response.status));
      verdict = ((await response.json()) as { verdict?: string }).verdict;
    }
    if (not !== undefined) assert.notEqual(verdict, not);
    if (last !== undefined) assert.equal(verdict, last);
  }

  private post(path: string, body: object, key?: string): Promise<Response> {
    return fetch(`${this.stage.gatewayUrl}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.stage.token}`,
        "content-type": "application/json",
        ...(key !== undefined && { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
  }

  private async expects({ of, ...expected }: NonNullable<Step["expect"]>): Promise<void> {
    await this.settles(of);
    const { type, id, record } = this.of(of);
    const seen = async () => {
      const found = await readObjects(this.stage.system.pool, {
        company: this.stage.system.company,
        system: "crm",
        type,
      });
      const held = found.find((object) => object.id === id)?.properties[
        `${type === "deal" ? "quote" : "registration"}_status`
      ];
      const waiting = (await this.question(of)) !== undefined;
      const { approvals } = await quoteDeskSays(this.stage.system.pool, this.stage.system.company);
      const status = typeof held === "string" ? held : undefined;
      const told = (await notesOn(this.stage.system.pool, this.stage.system.company, id)).length > 0;
      const asked = ["approval_requested", "submitted"];
      return {
        ...("crm" in expected && { crm: status ?? null }),
        ...("crmNot" in expected && { crmNot: status === expected.crmNot ? "it is" : expected.crmNot }),
        ...("waiting" in expected && { waiting }),
        ...("answered" in expected && { answered: waiting || told || !asked.includes(status ?? "") }),
        ...("approvals" in expected && {
          approvals: approvals.filter(({ quote_id, state }) => quote_id === record["quote_id"] && state !== "revoked")
            .length,
        }),
      };
    };
    await eventually(
      async () => (JSON.stringify(await seen()) === JSON.stringify(expected) ? true : undefined),
      8_000,
    ).catch(() => undefined);
    assert.deepEqual(await seen(), expected);
  }
}
