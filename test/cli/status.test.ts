import { afterEach, describe, expect, test } from "vitest";
import type { StatusView } from "../../gateway/http/status.ts";
import { serveApi, type ApiServer } from "./api-server.ts";
import { run } from "./run.ts";

let server: ApiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const quiet: StatusView = {
  at: "2026-03-02T09:00:00.000Z",
  cases: { open: 2, lookedAt: 2, stalled: 0, stalledCases: [] },
  questions: { open: 0, overdue: 0, oldest: null, outOfReach: 0, wantedRoles: [] },
  replies: { waiting: 0, overdue: 0, next: null },
  agreements: { open: 0, ours: 0, overdue: 0, next: null },
  events: { unfinished: 0, oldest: null },
  ends: { untold: 0, broken: 0, named: [] },
  bounds: { standing: [], waiting: 0, spent: [] },
  quarantine: { held: 0, oldestAt: null, late: 0 },
};

type Cases = NonNullable<StatusView["cases"]>;

const stall: Cases["stalledCases"][number] = {
  caseId: "acme:quoting:crm-deal-7",
  kind: "activity",
  activity: "act",
  attempts: 9,
  forMs: null,
  failure: "no route\nto host",
};

const stalledAs = (...stalledCases: Cases["stalledCases"][number][]): Partial<StatusView> => ({
  cases: { open: 12, lookedAt: 12, stalled: stalledCases.length, stalledCases },
});

async function status(changes: Partial<StatusView> = {}, ...options: string[]) {
  server = await serveApi(() => ({ json: { ...quiet, ...changes } }));
  const ran = await run("status", "--url", server.url, "--token", "mdt_test", ...options);
  expect(server.requests.map(({ path, token }) => [path, token])).toEqual([["/v1/status", "mdt_test"]]);
  return ran;
}

describe("mandate status", () => {
  test("says in three lines that all is well", async () => {
    const { stdout, exitCode } = await status();
    expect(stdout).toBe("Cases      2 open, none stalled\nQuestions  none open\nEvents     none unfinished\n");
    expect(exitCode).toBe(0);
  });

  test("counts what lies in quarantine and came late, and says where to look", async () => {
    const quarantine = { held: 2, oldestAt: "2026-03-02T08:00:00.000Z", late: 3 };
    const { stdout, stderr, exitCode } = await status({ quarantine });
    expect(stdout).toContain(
      "Quarantine 2 held; the oldest came 1 h ago\nLate       3 in seven days: a newer event came first\n",
    );
    expect(stderr).toContain("Warning: 2 events are in quarantine\n");
    expect(stderr).toContain("npx mandate events held\n");
    expect(exitCode).toBe(0);
  });

  test("names each stalled case, what it tries, what to do and where to look, and exits 3", async () => {
    const { stdout, stderr, exitCode } = await status(stalledAs(stall));
    expect(stdout).toBe(`Cases      12 open, 1 stalled
  acme:quoting:crm-deal-7: \`act\` was tried 9 times: no route to host
Questions  none open
Events     none unfinished

A call that fails is made again under the same key: mend what the failure names; the worker's log says more.
Nothing is lost: a stalled case goes on by itself once that is mended.
`);
    expect(stderr).toContain("npx mandate doctor\n");
    expect(stderr).toContain("npx mandate audit show acme:quoting:crm-deal-7\n");
    expect(exitCode).toBe(3);
  });

  test.for([
    [
      { kind: "workflow-task", attempts: 6, failure: "NonDeterministicError" },
      "its own code failed, 6 times in a row: Non",
    ],
    [
      { kind: "ledger", attempts: null, forMs: 25_300, failure: null },
      "its work in the database has not succeeded for 25.3 s",
    ],
    [{ kind: "no-worker", attempts: null, forMs: 61_000, failure: null }, "no worker has taken it up for 1 min 1 s"],
  ] as const)("tells a stall of the kind $0.kind", async ([changes, text]) => {
    const { stdout } = await status(stalledAs({ ...stall, activity: null, ...changes }));
    expect(stdout).toContain(`deal-7: ${text}`);
  });

  test("counts the stalled cases that are not named", async () => {
    const { stdout } = await status({ cases: { open: 12, lookedAt: 12, stalled: 5, stalledCases: [stall, stall] } });
    expect(stdout).toContain("12 open, 5 stalled");
    expect(stdout).toContain("  and 3 more\n");
  });

  test("tells the oldest question with its deadline, and warns of those past due", async () => {
    const oldest = {
      escalationId: "esc_1",
      caseId: "acme:quoting:crm-deal-8",
      role: "partner-manager",
      openedAt: "2026-03-02T04:00:00.000Z",
      dueAt: "2026-03-02T08:00:00.000Z",
    };
    const { stdout, stderr, exitCode } = await status({
      questions: { open: 3, overdue: 1, oldest, outOfReach: 0, wantedRoles: [] },
    });
    expect(stdout).toContain(
      "Questions  3 open, 1 past due; the oldest, esc_1, was asked of partner-manager 5 h ago, overdue by 1 h\n",
    );
    expect(stderr).toContain("Warning: a question is past due\n");
    expect(stderr).toContain("npx mandate escalations show esc_1\n");
    expect(exitCode).toBe(0);
  });

  test("tells the awaited reply that is due first, and warns of those past due", async () => {
    const next = {
      correlation: "offer-1",
      caseId: "acme:renewals:crm-contract-8",
      openedAt: "2026-01-02T09:00:00.000Z",
      deadline: "2026-03-04T12:00:00.000Z",
    };
    const { stdout, stderr, exitCode } = await status({ replies: { waiting: 3, overdue: 0, next } });
    expect(stdout).toContain(
      "Replies    3 awaited, none past due; the next, offer-1 of acme:renewals:crm-contract-8, is due in 2 d 3 h\n",
    );
    expect([stderr.includes("Warning"), exitCode]).toEqual([false, 0]);
    await server?.close();
    const past = await status({ replies: { waiting: 3, overdue: 2, next: { ...next, deadline: quiet.at } } });
    expect(past.stderr).toContain("Warning: replies past due, whose cases do not run: 2\n");
  });

  test("tells the agreement that runs out first, how many are to be answered here, and warns of those past due", async () => {
    const next = {
      agreementId: "agr_1",
      caseId: "acme:quoting:crm-deal-8",
      expiresAt: "2026-03-04T12:00:00.000Z",
    };
    const { stdout, stderr, exitCode } = await status({ agreements: { open: 3, ours: 1, overdue: 0, next } });
    expect(stdout).toContain(
      "Agreements 3 open, 1 to be answered here, none past due; the next, agr_1 of acme:quoting:crm-deal-8, is due in 2 d 3 h\n",
    );
    expect([stderr.includes("Warning"), exitCode]).toEqual([false, 0]);
    await server?.close();
    const past = await status({ agreements: { open: 3, ours: 0, overdue: 2, next: { ...next, expiresAt: quiet.at } } });
    expect(past.stderr).toContain("Warning: agreements past due, whose cases do not run: 2\n");
  });

  test.for([
    ["pending", "waits for its case"],
    ["dispatched", "is with acme:quoting:crm-deal-9"],
  ] as const)("tells where the oldest unfinished event is: %s", async ([state, where]) => {
    const caseId = "acme:quoting:crm-deal-9";
    const oldest = { eventId: "evt_1", caseId, state, receivedAt: "2026-03-02T08:57:30.000Z" };
    const { stdout } = await status({ events: { unfinished: 4, oldest } });
    expect(stdout).toContain(`Events     4 unfinished; the oldest, evt_1, came 2 min 30 s ago and ${where}\n`);
  });

  test("says so when the durable engine does not answer, or there was no time to look at all cases", async () => {
    const away = await status({ cases: null });
    expect(away.stdout).toContain("Cases      not known\n");
    expect(away.stderr).toContain("Warning: the durable engine does not answer");
    expect(away.exitCode).toBe(3);
    await server?.close();
    const hurried = await status({ cases: { open: 9_000, lookedAt: 8_000, stalled: 0, stalledCases: [] } });
    expect(hurried.stderr).toContain("Warning: there was no time to look at 1000 of the 9000 open cases\n");
  });

  test("--json is one object", async () => {
    const { stdout, exitCode } = await status(stalledAs(stall), "--json");
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      data: { ...quiet, ...stalledAs(stall) },
      warnings: [],
      next: ["npx mandate doctor", `npx mandate audit show ${stall.caseId}`],
    });
    expect(exitCode).toBe(3);
  });
});
