import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DaySummary } from "../../app/day/summary.ts";
import { auditSecret } from "../../proof/secret.ts";
import { createLedgerPool } from "../../db/pool.ts";
import {
  mandate,
  mandateJson,
  processesOf,
  runtimeOf,
  start,
  stop,
  type Ended,
  type Started,
} from "../setup/command-line.ts";
import { postBatch, quoteAsked } from "../setup/hubspot.ts";
import { eventually } from "../setup/system.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { crmSays, givenCrmObject, quoteDeskSays } from "../fixtures/programme.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { placesOf, tracesOf, type Traces } from "./traces.ts";

type Properties = Record<string, string>;

const COMPANY = "acme";
const home = temporaryHome("day");
let first: Ended;
let day: DaySummary;

beforeAll(async () => {
  first = await mandate(home, "dev", "--once", "--json");
  day = JSON.parse(first.stdout).data;
});
afterAll(() => removeHome(home));

/** The webhook secret and the tokens that the first start made for this home. */
const webhookSecret = (): string => readJson("webhook-secret.json").hubspot;
const tokens = (): string[] => readJson("credentials.json").people.map(({ token }: { token: string }) => token);
const readJson = (name: string) => JSON.parse(readFileSync(join(home, name), "utf8"));

const sorted = (texts: readonly string[]) => texts.toSorted((a, b) => a.localeCompare(b));
const named = (name: string) => day.events.find((event) => event.name.startsWith(name));

describe("`mandate dev --once --json`, on a home that did not exist", () => {
  test("ends well, with one JSON object on stdout and its progress on stderr", () => {
    expect([first.exitCode, JSON.parse(first.stdout).ok]).toEqual([0, true]);
    expect(first.stderr).toContain("working day 1");
    expect(day).toMatchObject({ day: 1, continued: false });
  });

  test.for([
    ["12 %", "execute", "executed", ["within-mandate"]],
    ["exactly 15 %", "execute", "executed", ["within-mandate"]],
    ["18 %", "escalate", "executed", ["manager-band"]],
    ["exactly 25 %", "escalate", "rejected", ["manager-band"]],
    ["25.0001 %", "block", "blocked", ["over-ceiling"]],
    ["31 %", "block", "blocked", ["over-ceiling", "partner-suspended"]],
    ["clean registration", "execute", "executed", ["clean-registration"]],
  ] as const)("%s: %s, then %s", ([name, verdict, outcome, rules]) => {
    const event = named(name);
    expect({ ...event, rules: event?.rules.map(({ id }) => id) }).toMatchObject({ verdict, outcome, rules });
    expect(event?.waitingFor).toBeNull();
    expect(event?.firstEffectMs).toBeGreaterThan(0);
  });

  test.for([
    ["15.0001 %", ["manager-band"], "and what would pass is told", expect.any(Number)],
    ["overlapping registration", ["held-by-another-partner"], "and nothing is done", null],
  ] as const)("%s waits for the partner manager, $2", ([name, rules, , firstEffectMs]) => {
    const event = named(name);
    expect({ ...event, rules: event?.rules.map(({ id }) => id) }).toMatchObject({
      verdict: "escalate",
      outcome: "open",
      rules,
      firstEffectMs,
      waitingFor: { role: "partner-manager" },
    });
  });

  test("people have answered through the API: 18 % approved, exactly 25 % rejected, both by Dana", () => {
    expect(named("18 %")?.answered).toMatchObject({ verdict: "approve", personId: "dana" });
    expect(named("exactly 25 %")?.answered).toMatchObject({ verdict: "reject", personId: "dana" });
  });

  test("a duplicate counts once; a stale and a forged delivery are turned away", () => {
    expect(day.totals).toMatchObject({ events: 9, executed: 4, blocked: 2, rejected: 1, waiting: 2, duplicates: 1 });
    expect(day.refused).toEqual([
      { name: "replayed after six minutes", status: 401, code: "signature-stale" },
      { name: "forged", status: 401, code: "signature-forged" },
    ]);
  });

  test("leaves no process, no lock and no runtime file", () => {
    expect(processesOf(home)).toEqual([]);
    expect(["runtime.json", "supervisor.lock"].filter((name) => existsSync(join(home, name)))).toEqual([]);
  });

  test("nothing runs now: a command says what to start, and ends with 69", async () => {
    const { exitCode, stdout, stderr } = await mandate(home, "escalations", "list");
    expect([exitCode, stdout]).toEqual([69, ""]);
    expect(stderr).toContain("`npm start`");
  });
});

describe("the next start, which stays up", () => {
  let running: Started;
  let pool: Pool;

  beforeAll(async () => {
    running = start(home, "dev", "--json");
    await running.says('"ok":true');
    pool = createLedgerPool(runtimeOf(home).databaseUrl ?? "", auditSecret({ home, auditSecret: undefined }));
  });
  afterAll(async () => {
    await pool.end();
    await stop(running, "SIGTERM");
  });

  const waitingIds = async () => {
    const { data } = await mandateJson(home, "escalations", "list");
    return data.escalations.map(({ escalationId }: { escalationId: string }) => escalationId);
  };

  test("plays day 2 on the same data: what waited still waits", async () => {
    const { data } = await mandateJson(home, "events", "list");
    expect(data.events).toHaveLength(18);
    expect(await waitingIds()).toHaveLength(4);
    expect(await waitingIds()).toContain(named("15.0001 %")?.waitingFor?.escalationId);
  });

  test("the quote desk itself was called once for each approved quote, and for no other", async () => {
    const { approvals, calls } = await quoteDeskSays(pool, COMPANY);
    const quotes = [1, 2].flatMap((n) => [`Q-${n}-1`, `Q-${n}-2`, `Q-${n}-4`]);
    expect(sorted(approvals.map(({ quote_id }) => String(quote_id)))).toEqual(quotes);
    expect(calls).toHaveLength(quotes.length);
  });

  test("the CRM itself was told once how each case ended, and nothing of those that wait or were turned away", async () => {
    const told = await crmSays(pool, COMPANY);
    const ended = [1, 2].flatMap((n) => [
      [`9100000${n}01`, "quote_status", "approved"],
      [`9100000${n}02`, "quote_status", "approved"],
      [`9100000${n}04`, "quote_status", "approved"],
      [`9100000${n}05`, "quote_status", "denied"],
      [`9100000${n}06`, "quote_status", "blocked"],
      [`9100000${n}07`, "quote_status", "blocked"],
      [`9500000${n}01`, "registration_status", "registered"],
    ]);
    expect(sorted(told.map((each) => each.join(" ")))).toEqual(sorted(ended.map((each) => each.join(" "))));
  });

  test("each outside system says so itself, by its own door", async () => {
    const crm = await mandate(home, "sandbox", "show", "crm", "deal", "9100000101");
    expect(crm.stdout).toMatch(/^deal 9100000101 +2 .*quote_status=approved/m);
    const { data } = await mandateJson(home, "sandbox", "calls", "quotes");
    expect(data.calls.map(({ outcome }: { outcome: string }) => outcome)).toEqual(Array(6).fill("done"));
  });

  describe("the question of day 1", () => {
    const id = () => named("15.0001 %")?.waitingFor?.escalationId ?? "";
    const answer = (verdict: string, who: string, given = id()) =>
      mandateJson(home, "escalations", verdict, given, "--as", who, "--reason", "a scenario");

    test("is shown with what is asked, why it is here, and what would be bound", async () => {
      const { exitCode, stdout } = await mandate(home, "escalations", "show", id());
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/asks 15\.0001 % off 100,000\.00 USD on quote Q-1-3[^]*manager-band[^]*\[offline model\]/);
    });

    test("is not answered by who asked: 4", async () => {
      expect(await answer("approve", "sam")).toMatchObject({ exitCode: 4, ok: false, code: "own-request" });
    });

    test("an id that nothing has: 5", async () => {
      const unknown = "esc_00000000000000000000";
      expect(await answer("approve", "dana", unknown)).toMatchObject({ exitCode: 5, code: "not-found" });
    });

    test("is approved by Dana, and the case goes on to its effect", async () => {
      const taken = await answer("approve", "dana");
      expect(taken).toMatchObject({ exitCode: 0, ok: true, data: { state: "committing" } });
      expect(taken.next[0]).toBe(`npx mandate escalations undo ${id()} --reason TEXT`);
      const desk = await eventually(async () => {
        const { approvals } = await quoteDeskSays(pool, COMPANY);
        return approvals.find(({ quote_id }) => quote_id === "Q-1-3");
      }, 30_000);
      expect(desk).toMatchObject({ net_price_minor: 8_499_990 });
    });

    test("is not approved twice: 6, and who was first", async () => {
      expect(await answer("approve", "dana")).toMatchObject({
        exitCode: 6,
        code: "already-decided",
        detail: expect.stringMatching(/^dana decided it: (approved|executed)$/),
      });
      expect(await waitingIds()).not.toContain(id());
    });

    test("the story of its case can be read, and its records hold", async () => {
      const caseId = named("15.0001 %")?.caseId ?? "";
      const { stdout } = await mandate(home, "audit", "show", caseId);
      expect(stdout).toMatch(/dana \(partner-manager\) approves: a scenario[^]*has done it[^]*every digest holds/);
      const { data } = await mandateJson(home, "audit", "show", caseId);
      expect(data.intact).toBe(true);
      expect(data.records.map(({ n }: { n: number }) => n)).toEqual(
        data.records.map((_: unknown, at: number) => at + 1),
      );
    });
  });

  test("a registration that waits is rejected by Dana, and is not registered", async () => {
    const waiting = named("overlapping registration")?.waitingFor?.escalationId ?? "";
    const answered = await mandateJson(
      home,
      "escalations",
      "reject",
      waiting,
      "--as",
      "dana",
      "--reason",
      "it is held",
    );
    expect(answered).toMatchObject({ exitCode: 0, data: { state: "rejected" } });
    await eventually(async () => {
      const told = await crmSays(pool, COMPANY);
      return told.find(([object, , value]) => object === "9500000102" && value === "denied");
    });
  });

  test("the doctor finds nothing to fix, and people are listed without their tokens", async () => {
    const doctor = await mandateJson(home, "doctor");
    const wrong = doctor.data.findings.filter(({ state }: { state: string }) => state === "fail");
    expect([doctor.exitCode, wrong]).toEqual([0, []]);
    const people = await mandate(home, "people", "list");
    expect(people.stdout).toMatch(/dana +partner-manager/);
    expect(people.stdout).not.toContain("mdt_");
  });

  describe("what must stay where it is", () => {
    const email = "canary.person@hidden.example";
    const name = "Marigold Canary";
    const deal = "9100009001";
    const registration = "9500009001";
    let traces: Traces;

    beforeAll(async () => {
      const { gatewayUrl = "", temporalAddress = "" } = runtimeOf(home);
      const quote = quoteAtDiscount(120_000, { quote_id: "Q-canary", partner_id: "p-juniper", contact_email: email });
      const claim = { partner_id: "p-juniper", contact_email: email, presales_evidence: `Workshop led by ${name}` };
      await givenCrmObject(pool, COMPANY, "deal", deal, quote as Properties);
      await givenCrmObject(pool, COMPANY, "registration", registration, registrationRecord(claim) as Properties);
      const batch = [quoteAsked({ objectId: deal, eventId: 1 }), registrationCreated(registration, 2)];
      await postBatch(gatewayUrl, webhookSecret(), batch);
      for (const id of [deal, registration]) {
        await eventually(async () => (await crmSays(pool, COMPANY)).find(([object]) => object === id));
      }
      traces = await tracesOf(home, pool, temporalAddress);
    });

    test("secrets and tokens are written nowhere", () => {
      expect(placesOf(traces, [webhookSecret(), ...tokens()])).toEqual([]);
    });

    test("a property that no function reads stays in the CRM", () => {
      expect(placesOf(traces, [email])).toEqual(["table sandbox.object"]);
    });

    test("free text that a function reads is in no log, no history and no record as it is kept: only the CRM has it", () => {
      expect(placesOf(traces, [name])).toEqual(["table sandbox.object"]);
    });
  });

  test("ends well on Ctrl-C, having printed one JSON object, and leaves no process", async () => {
    const { exitCode, stdout } = await stop(running, "SIGINT");
    expect([exitCode, JSON.parse(stdout).data.day]).toEqual([0, 2]);
    expect(processesOf(home)).toEqual([]);
  });
});

/** A partner has submitted a registration in the CRM. */
function registrationCreated(objectId: string, eventId: number): object {
  return { ...quoteAsked({ objectId, eventId }), subscriptionType: "object.creation", objectTypeId: "2-4100300" };
}
