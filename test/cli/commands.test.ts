import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { credentialsPath, writePeople } from "../../cli/credentials.ts";
import type { EscalationShown, EscalationView } from "../../gateway/http/escalations.ts";
import type { EventView } from "../../gateway/http/events.ts";
import { problem, serveApi, type ApiServer, type Reply, type Request } from "./api-server.ts";
import { cardFixture } from "../fixtures/card.ts";
import { run, runOnTerminal } from "./run.ts";

const digest = "ab".repeat(32);
const escalationId = "esc_0123456789abcdef0123";
const caseId = "acme:quoting:crm-deal-9100000104";

function escalation(changes: Partial<EscalationView> = {}): EscalationView {
  return {
    escalationId,
    caseId,
    decisionId: "dec_1",
    functionId: "quoting",
    state: "open",
    ask: "Juniper Bay Partners asks 18 % off 42,000.00 USD on quote Q-1-4",
    about: { customer: "saltmarsh.example", product: null, money: null },
    reason: "Effective discount 18 % is over 15 %",
    rules: [{ id: "manager-band", effect: "escalate", reason: "Effective discount 18 % is over 15 %" }],
    missing: [],
    action: { tool: "quotes.approve-discount", args: { quoteId: "Q-1-4", currency: "USD", listPriceMinor: 4_200_000 } },
    wouldPass: [
      { argument: "netPriceMinor", minor: 3_570_000, text: "net price 35,700.00 USD in place of 34,440.00 USD" },
    ],
    editable: ["netPriceMinor", "concessionsMinor"],
    actionDigest: digest,
    facts: { effectiveDiscount: 180_000 },
    provenance: { effectiveDiscount: "derived" },
    shownFacts: { effectiveDiscount: "18 %" },
    beside: [],
    sources: [{ source: "crm.record", ref: "deal/9100000104", version: "1", observedAt: "2026-03-02T09:00:00.000Z" }],
    noticed: ["The text of note in crm.record holds characters that nobody sees."],
    reasoning: "[offline model] as asked",
    requestedBy: "sam",
    requester: "person",
    requesterId: "sam",
    level: 0,
    role: "partner-manager",
    dueAt: "2999-01-01T00:00:00.000Z",
    reach: { kind: "now", roles: ["partner-manager"], next: null },
    silence: [],
    workingLeftMs: null,
    openedAt: "2026-03-02T09:00:00.000Z",
    version: 1,
    assignee: null,
    heldUntil: null,
    untilAt: null,
    quorum: 1,
    approvals: [],
    verdict: null,
    ...changes,
  };
}

const may = {
  approve: null,
  edit: null,
  reject: null,
  ask: null,
  answer: null,
  take: null,
  delegate: null,
  hold: null,
  undo: null,
  withdraw: null,
};
const shown: EscalationShown = { ...escalation(), moves: [], advice: null, may, form: [], card: cardFixture() };

function event(changes: Partial<EventView> = {}): EventView {
  return {
    eventId: "evt_0123456789abcdef0123",
    source: "hubspot",
    functionId: "quoting",
    objectType: "deal",
    objectId: "9100000104",
    caseId,
    state: "dispatched",
    occurredAt: "2026-03-02T09:00:00.000Z",
    saidAt: null,
    receivedAt: "2026-03-02T09:00:00.300Z",
    decision: null,
    outcome: "open",
    firstEffectMs: null,
    waitingFor: null,
    ...changes,
  };
}

let home = "";
let server: ApiServer;
const environment = { ...process.env };

async function serve(answer: (request: Request) => Reply): Promise<void> {
  server = await serveApi(answer);
  process.env["MANDATE_URL"] = server.url;
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  process.env["MANDATE_HOME"] = home;
  writePeople(home, [
    { personId: "dana", name: "Dana", role: "partner-manager", token: "mdt_dana" },
    { personId: "lee", name: "Lee", role: "regional-director", token: "mdt_lee" },
  ]);
});

afterEach(async () => {
  await server?.close();
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

describe("escalations", () => {
  beforeEach(() =>
    serve(({ method, path, query }) => {
      if (method === "POST") {
        const given = { escalationId, approvalId: "apv_1", verdict: "approve", missing: 0 };
        return { json: { ...given, state: "approved", undoUntil: null } };
      }
      if (path === `/v1/escalations/${escalationId}`) return { json: shown };
      const others = [
        escalation({ escalationId: "esc_9990000000000000000a", state: "rejected" }),
        escalation({ escalationId: "esc_9990000000000000000b" }),
      ];
      const escalations = query.get("state") === "open" ? [escalation()] : [escalation(), ...others];
      return { json: { escalations, next: null, total: escalations.length } };
    }),
  );

  test("list prints a table on stdout and what to do next on stderr", async () => {
    const { exitCode, stdout, stderr } = await run("escalations", "list");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^ID +STATE +WAITS FOR +DUE +ASK\nesc_0123456789abcdef0123  open +partner-manager +in \d+ d .*Juniper Bay/,
    );
    expect(stderr).toBe(`\nNext: npx mandate escalations show ${escalationId}\n`);
  });

  test("list --json prints one object, and nothing else anywhere", async () => {
    const { stdout, stderr } = await run("escalations", "list", "--json");
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      data: { escalations: [JSON.parse(JSON.stringify(escalation()))], total: 1 },
      warnings: [],
      next: [`npx mandate escalations show ${escalationId}`],
    });
    expect(stderr).toBe("");
  });

  test("show tells what is asked, why, the evidence, and the digest whole", async () => {
    const { stdout, stderr } = await run("escalations", "show", "0123");
    expect(stdout).toContain("Juniper Bay Partners asks 18 % off");
    expect(stdout).toContain("manager-band (escalate): Effective discount 18 % is over 15 %");
    expect(stdout).toContain("effective discount 18 %");
    expect(stdout).toContain("crm.record deal/9100000104 version 1 at 2026-03-02 09:00 UTC");
    expect(stdout).toContain("[offline model] as asked");
    expect(stdout).toContain(`  ${digest}\n`);
    expect(stderr).toContain(`npx mandate escalations approve ${escalationId} --as dana --reason TEXT`);
  });

  test("approve prints the digest before it sends it, as the person that was named", async () => {
    const { exitCode, stdout, stderr } = await run(
      "escalations",
      "approve",
      "esc_0123",
      "--as",
      "lee",
      "--reason",
      "first project",
    );
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`approve the action ${digest}`);
    expect(stdout).toBe(`${escalationId} is approved; recorded as apv_1\n`);
    const sent = server.requests.at(-1);
    expect(sent).toMatchObject({
      path: `/v1/escalations/${escalationId}/approve`,
      token: "mdt_lee",
      body: { actionDigest: digest, reason: "first project" },
    });
  });

  test("a digest that is given is the one that is sent", async () => {
    const given = "cd".repeat(32);
    await run("escalations", "reject", escalationId, "--as", "dana", "--reason", "no", "--digest", given);
    expect(server.requests.at(-1)).toMatchObject({
      path: `/v1/escalations/${escalationId}/reject`,
      body: { actionDigest: given },
    });
  });

  test("a verdict without a name is refused, and says who there is", async () => {
    const { exitCode, stderr } = await run("escalations", "approve", escalationId, "--reason", "x");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("--as dana | lee")]);
    expect(server.requests).toEqual([]);
  });

  test("a person nobody knows is named with those who are", async () => {
    const { exitCode, stderr } = await run("escalations", "approve", escalationId, "--as", "kim", "--reason", "x");
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining("known here: dana, lee")]);
  });

  test("the beginning of several ids names none of them", async () => {
    const { exitCode, stderr } = await run("escalations", "show", "999");
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining("esc_9990000000000000000a, esc_9990000000000000000b"),
    ]);
  });

  test("the beginning of no id is not found", async () => {
    expect((await run("escalations", "show", "777")).exitCode).toBe(5);
  });

  test("on a terminal it asks first, and sends nothing without a yes", async () => {
    const argv = ["escalations", "approve", escalationId, "--as", "dana", "--reason", "x"];
    const no = await runOnTerminal("n\n", ...argv);
    expect([no.exitCode, no.stderr]).toEqual([130, expect.stringContaining("approve it? [y/N]")]);
    expect((await runOnTerminal("", ...argv)).exitCode).toBe(130);
    expect(server.requests.some(({ method }) => method === "POST")).toBe(false);
    expect((await runOnTerminal("y\n", ...argv)).exitCode).toBe(0);
    expect((await runOnTerminal("", ...argv, "--yes")).exitCode).toBe(0);
  });

  test("a missing reason is a usage fault, as one object in JSON mode", async () => {
    const { exitCode, stdout, stderr } = await run("escalations", "approve", escalationId, "--as", "dana", "--json");
    expect([exitCode, stderr]).toEqual([2, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, code: "usage", detail: expect.stringContaining("--reason") });
  });
});

describe("who calls, and where", () => {
  beforeEach(() => serve(() => ({ json: { escalations: [] } })));
  const tokenSent = () => server.requests.at(-1)?.token;

  test("the flag goes before the environment, and that before the file", async () => {
    await run("escalations", "list");
    expect(tokenSent()).toBe("mdt_dana");
    process.env["MANDATE_TOKEN"] = "mdt_env";
    await run("escalations", "list");
    expect(tokenSent()).toBe("mdt_env");
    await run("escalations", "list", "--token", "mdt_flag");
    expect(tokenSent()).toBe("mdt_flag");
  });

  test("an address on the command line goes before the environment's", async () => {
    process.env["MANDATE_URL"] = "http://127.0.0.1:9";
    expect((await run("escalations", "list")).exitCode).toBe(69);
    expect((await run("escalations", "list", "--url", server.url)).exitCode).toBe(0);
  });

  test("no address anywhere means that nothing runs here", async () => {
    delete process.env["MANDATE_URL"];
    const { exitCode, stderr } = await run("escalations", "list");
    expect([exitCode, stderr]).toEqual([69, expect.stringContaining("nothing is running here")]);
    expect(stderr).toContain("npm start");
  });

  test("a variable that does not exist is a usage fault with the near one", async () => {
    process.env["MANDATE_TOKN"] = "x";
    const { exitCode, stderr } = await run("escalations", "list");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("MANDATE_TOKEN")]);
  });

  test("the identities are readable by their owner only, and are shown without their tokens", async () => {
    expect(statSync(credentialsPath(home)).mode & 0o777).toBe(0o600);
    const listed = ["dana", "lee", "zoe"].map((personId) => ({
      personId,
      name: personId,
      role: "partner-manager",
      hasToken: true,
      revokedAt: null,
    }));
    await serve(() => ({ json: { people: listed, next: null, total: 3 } }));
    const { stdout } = await run("people", "list", "--json");
    const [dana, lee, zoe] = listed.map((person) => ({ ...person, here: person.personId !== "zoe" }));
    expect(JSON.parse(stdout)).toMatchObject({ data: { people: [dana, lee, zoe] } });
    expect(stdout).not.toContain("mdt_");
  });

  test("a broken file is named, without its content", async () => {
    writeFileSync(credentialsPath(home), '{"people":[{"token":"mdt_secret"}]}');
    const { exitCode, stderr } = await run("people", "list");
    expect([exitCode, stderr.includes(credentialsPath(home)), stderr.includes("mdt_secret")]).toEqual([1, true, false]);
  });
});

describe("refusals", () => {
  test("a verdict on something decided exits 6, in words or as the problem", async () => {
    await serve(({ method }) =>
      method === "POST" ? problem(409, "already-decided", "lee decided it: approved") : { json: shown },
    );
    const words = await run("escalations", "approve", escalationId, "--as", "dana", "--reason", "x");
    expect([words.exitCode, words.stdout]).toEqual([6, ""]);
    expect(words.stderr).toContain("Error: lee decided it: approved (already-decided)");
    const json = await run("escalations", "approve", escalationId, "--as", "dana", "--reason", "x", "--json");
    expect([json.exitCode, JSON.parse(json.stdout)]).toMatchObject([
      6,
      { ok: false, code: "already-decided", status: 409 },
    ]);
  });

  test("a field that is wrong is pointed at", async () => {
    const body = {
      type: "t",
      title: "T",
      status: 400,
      code: "validation",
      detail: "a field is wrong",
      errors: [{ pointer: "/reason", detail: "too long" }],
    };
    await serve(({ method }) => (method === "POST" ? { status: 400, json: body } : { json: shown }));
    const { exitCode, stderr } = await run("escalations", "reject", escalationId, "--as", "dana", "--reason", "x");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("  /reason: too long")]);
  });
});

describe("events, and the cases they name", () => {
  const file = { company: "acme", caseId, intact: true, records: [], cited: [], policies: {} };
  const late = event({ eventId: "evt_fff", caseId: null, objectId: "7", outcome: "none" });
  const twin = event({
    eventId: "evt_aaa",
    objectType: "registration",
    objectId: "42",
    caseId: "acme:deal-registration:crm-registration-42",
  });
  const twinDeal = event({ eventId: "evt_bbb", objectId: "42", caseId: "acme:quoting:crm-deal-42" });

  beforeEach(() =>
    serve(({ path }) =>
      path === "/v1/events" ? { json: { events: [event(), late, twin, twinDeal], next: null } } : { json: file },
    ),
  );

  test("events list takes an age and shows what became of each", async () => {
    const { exitCode, stdout } = await run("events", "list", "--since", "2h");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("evt_0123456789abcdef0123");
    const asked = Date.parse(server.requests[0]?.query.get("since") ?? "");
    expect(Math.abs(Date.now() - 7_200_000 - asked)).toBeLessThan(60_000);
  });

  test("a time that is none is a usage fault", async () => {
    expect((await run("events", "list", "--since", "yesterday")).exitCode).toBe(2);
  });

  test.for([caseId, "evt_0123456789abcdef0123", "evt_0123", "9100000104"])(
    "audit show %s reads that case's file",
    async (given) => {
      expect((await run("audit", "show", given)).exitCode).toBe(0);
      expect(server.requests.at(-1)?.path).toBe(`/v1/cases/${caseId}/file`);
    },
  );

  test("audit show dec_1 leaves it to the API to find the case", async () => {
    await run("audit", "show", "dec_1");
    expect(server.requests.map(({ path }) => path)).toEqual(["/v1/cases/dec_1/file"]);
  });

  test("an object in several cases names them", async () => {
    const { exitCode, stderr } = await run("audit", "show", "42");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("acme:quoting:crm-deal-42")]);
  });

  test("nothing by that name is not found", async () => {
    expect((await run("audit", "show", "nothing")).exitCode).toBe(5);
  });
});

test("an unknown command exits 2 with the near one, and help exits 0", async () => {
  const unknown = await run("escalation");
  expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining("escalations")]);
  expect((await run("--help")).exitCode).toBe(0);
  expect((await run("version", "--json")).stdout).toContain('"version":"0.1.0"');
});
