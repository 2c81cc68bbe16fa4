import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { creditTotalPpm, DealTeamReading, membersIn, type TeamMember } from "../../../domain/deal-team.ts";
import type { Permit } from "../../../domain/permit.ts";
import { WHOLE_PPM } from "../../../domain/ppm.ts";
import type { DealTeamChange } from "../../../functions/shared/deal-team-change.ts";
import { createDealTeams } from "../../../tools/programme/deal-team.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import { givenPartner } from "../../fixtures/programme.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

const COMPANY = "acme";
const START = "2026-03-02T09:00:00.000Z";
const later = (ms: number) => new Date(Date.parse(START) + ms).toISOString();

let database: TestDatabase;
let teams: ReturnType<typeof createDealTeams>;
/** The company's clock. */
let at = START;
let made = 0;

beforeAll(async () => {
  database = await testDatabase();
  teams = createDealTeams(await database.poolOf(COMPANY), () => at);
  await givenPartner(database.pool, COMPANY, { partnerId: "p-1" });
  await givenPartner(database.pool, COMPANY, { partnerId: "p-2", standing: "suspended" });
});
afterAll(() => database.drop());
beforeEach(() => {
  at = START;
});

const newDeal = () => `deal-${(made += 1)}`;
const permit = (effectKey = `key-${(made += 1)}`, decidedAt = at) =>
  ({ company: COMPANY, effectKey, decidedAt }) as Permit;

function change(dealId: string, changes: Partial<DealTeamChange> = {}): DealTeamChange {
  const part = { partnerId: "p-1", role: "sell", motion: "resell", from: START, until: null, creditPpm: null } as const;
  return { dealId, ...part, ...changes };
}

async function read(dealId: string, crmPartner = ""): Promise<DealTeamReading> {
  return DealTeamReading.parse((await teams.readDealTeam(COMPANY, dealId, crmPartner)).value);
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "done",
    (error: unknown) => (error instanceof ToolError ? error.code : String(error)),
  );

const namesIn = (members: readonly TeamMember[]) => members.map(({ partnerId }) => partnerId).toSorted();

describe("a team without anybody who sells", () => {
  test("is the CRM's partner, selling by resale, with all that the programme knows of it", async () => {
    const dealId = newDeal();
    expect(await teams.readDealTeam(COMPANY, dealId, "p-1")).toEqual({
      source: { source: "programme.deal-team", ref: `deal/${dealId}`, version: "1.1", observedAt: START },
      value: {
        dealId,
        members: [
          {
            partnerId: "p-1",
            name: "Northwind",
            tier: "gold",
            standing: "active",
            authorisedFor: ["analytics", "storage"],
            certifiedFor: ["analytics"],
            role: "sell",
            motion: "resell",
            from: null,
            until: null,
            creditPpm: null,
            toldBy: "crm",
            holds: "now",
          },
        ],
      },
    });
  });

  test("is nobody when the CRM names none", async () => {
    expect(await read(newDeal())).toMatchObject({ members: [] });
  });

  test("tells a partner of whom the programme has no record as unknown", async () => {
    const [member] = (await read(newDeal(), "p-0")).members;
    const unknown = { name: null, tier: null, standing: "unknown", authorisedFor: [], certifiedFor: [] };
    expect(member).toMatchObject({ partnerId: "p-0", ...unknown });
  });

  test("keeps the CRM's partner beside who takes another role", async () => {
    const dealId = newDeal();
    await teams.changeDealTeam(permit(), change(dealId, { partnerId: "p-2", role: "source", motion: "referral" }));
    const team = await read(dealId, "p-1");
    expect([namesIn(membersIn(team, "sell")), namesIn(membersIn(team, "source"))]).toEqual([["p-1"], ["p-2"]]);
  });

  test("keeps it until the first row of somebody who sells begins, and has it back if that never comes", async () => {
    const dealId = newDeal();
    await teams.changeDealTeam(permit(), change(dealId, { partnerId: "p-2", from: later(10) }));
    const before = await read(dealId, "p-1");
    expect(before.members.map(({ partnerId, until, holds }) => [partnerId, until, holds])).toEqual([
      ["p-1", later(10), "now"],
      ["p-2", null, "to-come"],
    ]);
    at = later(5);
    await teams.changeDealTeam(permit(), change(dealId, { partnerId: "p-2", from: at, until: at }));
    at = later(20);
    expect(namesIn(membersIn(await read(dealId, "p-1"), "sell"))).toEqual(["p-1"]);
  });

  test("has it no more once our own records say that somebody sells, or that it does not", async () => {
    const [replaced, left] = [newDeal(), newDeal()];
    await teams.changeDealTeam(permit(), change(replaced, { partnerId: "p-2" }));
    await teams.changeDealTeam(permit(), change(left, { until: START }));
    const sellers = async (dealId: string) => namesIn(membersIn(await read(dealId, "p-1"), "sell"));
    expect([await sellers(replaced), await sellers(left)]).toEqual([["p-2"], []]);
  });
});

describe("a change", () => {
  test("ends the partner's row in that role at the company's clock and begins another; nothing is written again", async () => {
    const dealId = newDeal();
    await teams.changeDealTeam(permit(), change(dealId, { until: later(1_000) }));
    at = later(100);
    await teams.changeDealTeam(permit(), change(dealId, { motion: "co-sell", creditPpm: 500_000 }));
    expect(
      (await read(dealId)).members.map(({ motion, from, until, creditPpm }) => [motion, from, until, creditPpm]),
    ).toEqual([
      ["resell", START, later(100), null],
      ["co-sell", later(100), null, 500_000],
    ]);
    const pool = await database.poolOf(COMPANY);
    for (const statement of ["update programme.deal_team set credit_ppm = 1", "delete from programme.deal_team"]) {
      await expect(pool.query(statement)).rejects.toMatchObject({ code: "42501" });
    }
  });

  test("never reaches back, and may begin and end later", async () => {
    const dealId = newDeal();
    at = later(50);
    await teams.changeDealTeam(permit(), change(dealId));
    await teams.changeDealTeam(permit(), change(dealId, { role: "keep", from: later(80), until: later(90) }));
    expect((await read(dealId)).members.map(({ from, until }) => [from, until])).toEqual([
      [later(50), null],
      [later(80), later(90)],
    ]);
  });

  test("happens once per key, is found by it, and the key is no other change's", async () => {
    const dealId = newDeal();
    const [once, asked] = [permit(), change(dealId)];
    const receipts = [await teams.changeDealTeam(once, asked), await teams.changeDealTeam(once, asked)];
    expect(receipts[1]).toEqual(receipts[0]);
    expect(await teams.findDealTeamChange(COMPANY, once.effectKey)).toEqual(receipts[0]);
    expect(receipts[0]).toMatchObject({
      externalRef: expect.stringMatching(`^${dealId}/sell/p-1@`),
      answeredAt: START,
    });
    expect((await read(dealId)).members).toHaveLength(1);
    expect(await codeOf(teams.changeDealTeam(once, { ...asked, role: "keep" }))).toBe("TARGET_KEY_REUSED");
    expect(await teams.findDealTeamChange(COMPANY, "never")).toBeUndefined();
  });

  test("that did not see an earlier one of the same role is decided afresh; other roles do not disturb it", async () => {
    const dealId = newDeal();
    const [early, other] = [permit(), permit()];
    at = later(10);
    await teams.changeDealTeam(permit(), change(dealId, { partnerId: "p-2" }));
    expect(await codeOf(teams.changeDealTeam(early, change(dealId)))).toBe("TARGET_MOVED_ON");
    expect(await codeOf(teams.changeDealTeam(other, change(dealId, { role: "source" })))).toBe("done");
  });

  test("of two in the same instant to one role one is made", async () => {
    const dealId = newDeal();
    const permits = [permit(), permit()];
    at = later(1);
    const codes = await Promise.all(
      permits.map((each, n) => codeOf(teams.changeDealTeam(each, change(dealId, { partnerId: `p-${n + 1}` })))),
    );
    expect(codes.toSorted()).toEqual(["TARGET_MOVED_ON", "done"]);
  });

  test("over the whole is refused, or decided afresh where the decision did not see what it rests on", async () => {
    const dealId = newDeal();
    const unseen = permit();
    at = later(10);
    await teams.changeDealTeam(permit(), change(dealId, { creditPpm: 600_000 }));
    const more = change(dealId, { role: "source", creditPpm: 400_001 });
    expect(await codeOf(teams.changeDealTeam(unseen, more))).toBe("TARGET_MOVED_ON");
    expect(await codeOf(teams.changeDealTeam(permit(), more))).toBe("TARGET_REFUSED");
    expect(await codeOf(teams.changeDealTeam(permit(), { ...more, creditPpm: 400_000 }))).toBe("done");
  });
});

type Step = Pick<DealTeamChange, "partnerId" | "role" | "creditPpm"> & {
  readonly waitMs: number;
  readonly fromMs: number;
  readonly forMs: number | null;
};

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    partnerId: fc.constantFrom("p-1", "p-2", "p-3"),
    role: fc.constantFrom("source", "sell"),
    creditPpm: fc.option(fc.constantFrom(0, 1, 200_000, 400_000, 999_999, WHOLE_PPM)),
    waitMs: fc.constantFrom(0, 1, 5, 20),
    fromMs: fc.integer({ min: -10, max: 30 }),
    forMs: fc.option(fc.integer({ min: 0, max: 30 })),
  }),
  { minLength: 1, maxLength: 10 },
);

/** A change as it was made: `recorded` is when. */
type Made = DealTeamChange & { readonly recorded: string };

/** What a history says of an instant: of each partner the last change recorded by then counts, from then on. */
function saidOf(history: readonly Made[], role: string, instant: string): string[] {
  const partners = [...new Set(history.map(({ partnerId }) => partnerId))];
  return partners
    .filter((partnerId) => {
      const last = history.findLast(
        (each) => each.partnerId === partnerId && each.role === role && each.recorded <= instant,
      );
      return last !== undefined && last.from <= instant && (last.until === null || instant < last.until);
    })
    .toSorted();
}

/** Makes the changes one after the other; keeps those that were not refused. */
async function makeAll(dealId: string, asked: readonly Step[]): Promise<Made[]> {
  const history: Made[] = [];
  let elapsedMs = 0;
  for (const { waitMs, fromMs, forMs, ...part } of asked) {
    elapsedMs += waitMs;
    at = later(elapsedMs);
    const from = later(elapsedMs + fromMs);
    const until = forMs === null ? null : later(elapsedMs + fromMs + forMs);
    const whole = change(dealId, { ...part, from, until });
    if ((await codeOf(teams.changeDealTeam(permit(), whole))) === "done") history.push({ ...whole, recorded: at });
    const team = await read(dealId);
    expect(creditTotalPpm(team.members)).toBeLessThanOrEqual(WHOLE_PPM);
    expect(creditTotalPpm(team.members)).toBe(creditTotalPpm(history));
  }
  return history;
}

test("whatever is changed, a role's members at any instant are what the history says, and credits never pass the whole", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (asked) => {
      const dealId = newDeal();
      const history = await makeAll(dealId, asked);
      const team = await read(dealId);
      for (const role of ["source", "sell"] as const) {
        for (let ms = -12; ms <= 260; ms += 1) {
          const said = saidOf(history, role, later(ms));
          expect([ms, role, namesIn(membersIn(team, role, later(ms)))]).toEqual([ms, role, said]);
        }
        expect(namesIn(membersIn(team, role))).toEqual(saidOf(history, role, at));
      }
    }),
    { numRuns: 40 },
  );
});
