import { expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { openRegistration, registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { protectionEnded } from "../../functions/deal-registration/protection-ended.ts";
import { evidenceOf, FIXTURE_AT, partnerReading } from "../../functions/shared/fixture.ts";

const DAY_MS = 86_400_000;
const days = (count: number) => new Date(Date.parse(FIXTURE_AT) + count * DAY_MS).toISOString();

const OCCASION = "0f";
const ended = (changes: JsonObject = {}) =>
  openRegistration("partner-9", { protection: OCCASION, expiresAt: days(-1), ...changes });

type Given = {
  readonly record?: JsonObject;
  readonly matches?: readonly JsonObject[];
  readonly standing?: "active" | "suspended";
  readonly coolingDays?: number;
};

/** What the partner reads, or `moot`; `untold` where it is due and cannot be filled. */
function told({ record = {}, matches = [ended()], standing = "active", coolingDays = 30 }: Given) {
  const readings = evidenceOf({
    "crm.record": registrationRecord({ registration_status: "denied", ...record }),
    "programme.partner": partnerReading({ standing }),
    "accounts.matches": { matches: [...matches] },
    "policy.params": { params: coolingDays < 0 ? {} : { cooling_days: coolingDays } },
  });
  if (!protectionEnded.isDue(readings, OCCASION)) return "moot";
  return protectionEnded.fill(readings, OCCASION) ?? "untold";
}

test("who waits reads which of their registrations it is, that the protection ended, and before when they are asked first", () => {
  expect(told({})).toEqual({
    registration: "R-2001",
    customer: "contoso.co.uk",
    productFamily: "analytics",
    endedOn: days(-1).slice(0, 10),
    askedFirstBefore: days(29).slice(0, 10),
  });
});

const moot: readonly [name: string, given: Given][] = [
  ["a protection that runs still, or again", { matches: [ended({ expiresAt: days(1) })] }],
  ["another protection than the one that is named", { matches: [ended({ protection: "0e" })] }],
  ["one that was read before protections had names", { matches: [ended({ protection: "" })] }],
  ["a protection of the partner's own", { matches: [ended({ partnerId: "partner-7" })] }],
  ["one in another role", { matches: [ended({ role: "source" })] }],
  ["one of a customer who is only near", { matches: [ended({ likeness: "near", likenessPpm: 900_000 })] }],
  ["a claim that is withdrawn", { record: { registration_status: " Withdrawn" } }],
  ["a claim that is granted", { record: { registration_status: "registered" } }],
  [
    "a partner who registered meanwhile",
    { matches: [ended(), openRegistration("partner-7", { expiresAt: days(89), registrationId: "R-2001" })] },
  ],
  [
    "a customer whom somebody else registered meanwhile",
    { matches: [ended(), openRegistration("partner-8", { expiresAt: days(89), registrationId: "R-3" })] },
  ],
  ["a partner who is suspended", { standing: "suspended" }],
  ["one that ended so long ago that nobody is asked first any more", { matches: [ended({ expiresAt: days(-30) })] }],
  ["a company whose holders ask again at once", { coolingDays: 0 }],
];
test.for(moot)("%s is told to nobody", ([, given]) => expect(told(given)).toBe("moot"));

test("until one day is left to be asked first, it is told", () => {
  expect(told({ matches: [ended({ expiresAt: days(-29) })] })).toMatchObject({ endedOn: days(-29).slice(0, 10) });
});

test("a policy that does not say how long is said not to, and no day is made up", () => {
  expect(told({ coolingDays: -1 })).toBe("untold");
});
