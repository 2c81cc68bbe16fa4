import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePeople } from "../../cli/credentials.ts";
import { problem, serveApi, type ApiServer, type Reply } from "./api-server.ts";
import { run } from "./run.ts";

const AT = "2026-03-02T09:00:00.000Z";
const quarantineId = `qua_${"0".repeat(20)}`;
const eventId = `evt_${"1".repeat(20)}`;
const caseId = `acme:quarantine:${quarantineId}`;
const held = {
  quarantineId,
  caseId,
  source: "hubspot",
  code: "stamp",
  state: "held",
  receivedAt: AT,
  times: 2,
  settledAt: null,
};
const page = (events: readonly object[], next: string | null, total: number | null): Reply => ({
  status: 200,
  json: { events, next, total },
});
const environment = { ...process.env };
let home = "";
let server: ApiServer;
let replies: Reply[];
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  server = await serveApi(() => replies.shift() ?? problem(404, "not-found", "no such thing"));
  Object.assign(process.env, { MANDATE_HOME: home, MANDATE_URL: server.url });
  writePeople(home, [{ personId: "ola", name: "Ola", role: "ops-engineer", token: "mdt_ola" }]);
});
afterEach(async () => {
  await server.close();
  process.env = { ...environment };
  rmSync(home, { recursive: true, force: true });
});

test("`events held` reads every page, and says how many there are in all", async () => {
  replies = [page([held], "next-page", 2), page([{ ...held, times: 1 }], null, null)];
  const { exitCode, stdout, stderr } = await run("events", "held");
  expect(exitCode).toBe(0);
  expect(stdout).toBe(
    [
      "CAME                      ID                        SOURCE   WHY    TIMES  STATE",
      `${AT}  ${quarantineId}  hubspot  stamp      2  held`,
      `${AT}  ${quarantineId}  hubspot  stamp      1  held`,
      "",
      "2 in all",
      "",
    ].join("\n"),
  );
  expect(stderr).toContain(`npx mandate events show ${quarantineId}`);
  expect(server.requests.map(({ path }) => path)).toEqual(["/v1/events/quarantine", "/v1/events/quarantine"]);
});

test("`events show` tells why it cannot be taken, what came, and what may be done", async () => {
  replies = [{ status: 200, json: { ...held, why: "/occurredAt: expected a number", text: '{"a":\n1}' } }];
  const { stdout, stderr } = await run("events", "show", quarantineId, "--as", "ola");
  expect(stdout).toBe(
    [
      `${quarantineId}  held, of hubspot`,
      `came     ${AT}, 2 times so far`,
      "why      stamp: /occurredAt: expected a number",
      'what     {"a": 1}',
      "",
    ].join("\n"),
  );
  expect(stderr).toContain(`npx mandate events replay ${quarantineId}`);
  expect(stderr).toContain(`npx mandate events drop ${quarantineId} --reason TEXT`);
});

test("`events replay` and `drop` say what became of it", async () => {
  replies = [
    { status: 200, json: { quarantineId, state: "replayed", eventIds: [eventId] } },
    { status: 200, json: { quarantineId, state: "dropped" } },
  ];
  const replayed = await run("events", "replay", quarantineId, "--as", "ola");
  expect(replayed.stdout).toBe(`${quarantineId} is taken\n  ${eventId}\n`);
  const dropped = await run("events", "drop", quarantineId, "--reason", "a test", "--as", "ola");
  expect(dropped.stdout).toBe(`${quarantineId} is dropped: nothing comes of it\n`);
  expect(server.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ["POST", `/v1/events/quarantine/${quarantineId}/replay`, {}],
    ["POST", `/v1/events/quarantine/${quarantineId}/drop`, { reason: "a test" }],
  ]);
});

test("`events late` lists what changed nothing, and `hear` undoes that", async () => {
  const late = { eventId, objectType: "deal", objectId: "1", receivedAt: AT, occurredAt: "2026-03-02T08:00:00.000Z" };
  replies = [
    page([late], null, 1),
    { status: 202, json: { eventId, caseId: "acme:quoting:crm-deal-1", state: "accepted" } },
  ];
  const listed = await run("events", "late");
  expect(listed.stdout).toContain(`${eventId}  deal 1\n\n1 in all\n`);
  expect(server.requests[0]?.path).toBe("/v1/events");
  const heard = await run("events", "hear", eventId, "--reason", "their clock", "--as", "ola");
  expect(heard.stdout).toBe(`heard as ${eventId}\n  acme:quoting:crm-deal-1\n`);
});
