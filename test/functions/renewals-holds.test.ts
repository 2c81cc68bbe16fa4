import { expect, test } from "vitest";
import { contractRecord } from "../../functions/renewals/fixture.ts";
import { contractHolds } from "../../functions/renewals/still-holds.ts";

const noticeGiven = { non_renewal_reason: "moves away", notice_received_on: "2026-09-01" };
const accepted = { acceptance_evidence: "ORDER-9", accepted_on: "2026-09-01" };

test.for([
  ["renewals.propose", { renewal_state: "scheduled" }, true],
  ["renewals.propose", { renewal_state: "lapsed" }, false],
  ["renewals.price", { renewal_state: "negotiating" }, true],
  ["renewals.price", { renewal_state: "negotiating", ...noticeGiven }, false],
  ["renewals.price", { renewal_state: "negotiating", ...accepted }, false],
  ["renewals.price", { renewal_state: "notice-given" }, false],
  ["renewals.assign-partner", { renewal_state: "notice-given" }, true],
  ["renewals.assign-partner", { renewal_state: "accepted" }, false],
  ["renewals.record", { renewal_state: "lapsed", ...accepted }, true],
  ["renewals.record", { renewal_state: "auto-renewed" }, false],
  ["renewals.record", { renewal_state: "" }, true],
  [
    "renewals.record",
    { renewal_state: "on hold" },
    { unread: expect.stringMatching(/^renewal_state `on hold`: is none of/) as string },
  ],
  ["quoting", { renewal_state: "lapsed" }, true],
] as const)("%s of a contract that says %j: %j", ([action, changes, holds]) => {
  expect(contractHolds(contractRecord(changes), { action, args: {} })).toEqual(holds);
});

test.for([
  ["renewals.offer", "proposed", true],
  ["renewals.offer", "accepted", false],
  ["renewals.reminder", "accepted", false],
  ["renewals.notice-ahead", "notice-given", false],
  ["renewals.renewed", "accepted", true],
  ["renewals.renewed", "lapsed", false],
] as const)("the text %s of a contract that is %s: %j", ([template, renewal_state, holds]) => {
  expect(contractHolds(contractRecord({ renewal_state }), { action: "message", args: { template } })).toBe(holds);
});

test.for([
  ["its last day", { endsOn: "2026-12-31" }, true],
  ["another last day", { endsOn: "2025-12-31" }, false],
  ["another last day, in a text", { template: "renewals.offer", variables: { endsOn: "2025-12-31" } }, false],
  ["its first day", { from: "2026-01-01T00:00:00.000Z" }, true],
  ["another first day", { from: "2025-01-01T00:00:00.000Z" }, false],
] as const)("an act is about the term that the contract has: %s", ([, args, holds]) => {
  expect(contractHolds(contractRecord(), { action: "renewals.propose", args })).toBe(holds);
});
