import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { writePeople } from "../../cli/credentials.ts";
import { taskQueue } from "../../temporal.config.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { SECRET } from "../fixtures/hubspot.ts";
import { givenPartner } from "../fixtures/programme.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
const home = temporaryHome("sandbox");
let system: System;
let gateway: Gateway;

beforeAll(async () => {
  system = await startSystem();
  const { pool, company, client, queuePrefix } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  const people = [
    { personId: "dana", name: "Dana", role: "partner-manager", token: "token-dana" },
    { personId: "ola", name: "Ola", role: "ops-engineer", token: "token-ola" },
  ];
  for (const { token, ...person } of people) await givenPerson(pool, company, person, token);
  writePeople(home, people);
  gateway = await gatewayWith({
    pool,
    engine: temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration")),
    company,
    hubspotSecret: SECRET,
    sandbox: "open",
  });
});
afterAll(async () => {
  await gateway.stop();
  await system.stop();
  removeHome(home);
});
beforeEach(() => {
  process.env["MANDATE_HOME"] = home;
  process.env["MANDATE_URL"] = gateway.url;
});
afterEach(() => {
  process.env = { ...environment };
});

const sandbox = (...argv: string[]) => run("sandbox", ...argv);
async function told(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox(...argv);
  expect([exitCode, stderr.replace(/\nNext: [^]*/, "")]).toEqual([0, ""]);
  return stdout;
}

test("a deal is put into the CRM, the CRM tells of it, the quote desk fails twice, and the quote is approved once", async () => {
  expect(await told("calls", "quotes")).toBe("Nobody has called quotes yet.\n");
  const unavailable = ["--operation", "approve-discount", "--kind", "unavailable", "--times", "2"];
  expect(await told("fault", "quotes", ...unavailable)).toMatch(/^approve-discount +2 +unavailable$/m);
  const quote = quoteAtDiscount(120_000, { quote_id: "Q-4711", quote_requested_by: "sam" });
  const properties = Object.entries({ ...quote, quote_status: "approval_requested" });
  const given = properties.map(([name, value]) => `${name}=${value as string}`);
  expect(await told("put", "crm", "deal", "4711", ...given, "--tell")).toMatch(/^deal 4711 +1 /m);
  expect(await told("tell", "crm")).toMatch(/^202 .*value=approval_requested property=quote_status$/m);
  const calls = await eventually(async () => {
    const table = await told("calls", "quotes");
    return table.includes("AD-") ? table : undefined;
  });
  expect(calls.split("\n").map((line) => /approve-discount +(\S+) +(unavailable|AD-)/.exec(line)?.slice(1, 3))).toEqual(
    [undefined, ["unavailable", "unavailable"], ["unavailable", "unavailable"], ["done", "AD-"], undefined],
  );
  expect(await told("show", "quotes", "approve-discount")).toMatch(
    /^approve-discount AD-[0-9A-F]{10} +1 .*quoteId=Q-4711/m,
  );
  expect(await told("fault", "quotes")).toBe("quotes answers as it should.\n");
  await eventually(async () =>
    (await told("show", "crm", "deal")).includes("quote_status=approved") ? true : undefined,
  );
});

test("the same as one JSON object", async () => {
  const { exitCode, stdout } = await sandbox("put", "crm", "contact", "7", "name=A=B", "--json");
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([
    0,
    { ok: true, data: { type: "contact", id: "7", version: 1, properties: { name: "A=B" } } },
  ]);
});

describe("what cannot be done says what can", () => {
  test.for<[string, string[], number, RegExp]>([
    ["no property", ["put", "crm", "deal", "1", "quote_status"], 2, /`quote_status` is no property[^]*name=value/],
    ["no such system", ["show", "crmm"], 5, /there are quotes, crm/],
    ["half a fault", ["fault", "crm", "--kind", "refuse"], 2, /--operation and --kind/],
    ["no such kind", ["fault", "crm", "--operation", "add-note", "--kind", "no"], 2, /\/kind: .*lose-trace/],
    [
      "no number",
      ["fault", "crm", "--operation", "add-note", "--kind", "refuse", "--times", "x"],
      2,
      /no whole number/,
    ],
    ["as somebody else", ["put", "crm", "deal", "1", "a=b", "--as", "dana"], 4, /set up by an ops-engineer/],
  ])("%s", async ([, argv, code, words]) => {
    const { exitCode, stdout, stderr } = await sandbox(...argv);
    expect([exitCode, stdout, stderr]).toEqual([code, "", expect.stringMatching(words)]);
  });
});
