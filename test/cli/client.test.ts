import { afterEach, describe, expect, test } from "vitest";
import { allEvents } from "../../cli/all-events.ts";
import { bodyOf } from "../../cli/api-body.ts";
import { createClient, type Client } from "../../cli/client.ts";
import { CliFailure, exitCodes } from "../../cli/failure.ts";
import { problem, serveApi, type ApiServer, type Reply, type Request } from "./api-server.ts";

let server: ApiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function clientOf(answer: (request: Request) => Reply) {
  server = await serveApi(answer);
  return createClient({ url: server.url, token: "mdt_test" });
}

const escalations = (client: Client) => bodyOf(client.v1.escalations.$get({ query: {} }));

async function failureOf(work: Promise<unknown>): Promise<CliFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CliFailure) return error;
  throw new Error("it did not fail as a command does");
}

describe("a problem becomes an exit code", () => {
  const cases: readonly [number, string, number][] = [
    [400, "validation", 2],
    [401, "not-authenticated", 4],
    [403, "own-request", 4],
    [403, "wrong-role", 4],
    [404, "not-found", 5],
    [409, "already-decided", 6],
    [409, "stale-action", 6],
    [409, "past-deadline", 6],
    [409, "superseded", 6],
    [409, "blocked-by-policy", 7],
    [500, "internal", 1],
    [503, "not-stored", 69],
    [504, "timed-out", 69],
  ];
  test.for(cases)("%i %s exits %i", async ([status, code, exitCode]) => {
    const client = await clientOf(() => problem(status, code, "because", "do this"));
    const failed = await failureOf(escalations(client));
    expect(exitCodes[failed.exit]).toBe(exitCode);
    expect(failed.problem).toMatchObject({ status, code, detail: "because", fix: "do this" });
  });
});

describe("what is no answer of the API", () => {
  test("nothing listening is `unreachable`, with the way to start it", async () => {
    const client = await clientOf(() => ({}));
    await server?.close();
    const failed = await failureOf(escalations(client));
    expect([exitCodes[failed.exit], failed.problem.fix]).toEqual([69, expect.stringContaining("npm start")]);
  });

  test("text, and JSON that is no problem, are a failure that names the address", async () => {
    for (const reply of [
      { status: 502, text: "<html>" },
      { status: 418, json: { tea: true } },
    ]) {
      const client = await clientOf(() => reply);
      const failed = await failureOf(escalations(client));
      expect([exitCodes[failed.exit], failed.problem.code]).toEqual([1, "unexpected-answer"]);
      expect(failed.problem.detail).toContain(server?.url ?? "?");
      await server?.close();
    }
  });
});

test("events come from every page, with the token", async () => {
  const pages: Record<string, unknown> = {
    first: { events: [{ eventId: "evt_1" }], next: "second" },
    second: { events: [{ eventId: "evt_2" }], next: null },
  };
  const client = await clientOf(({ query }) => ({ json: pages[query.get("cursor") ?? "first"] }));
  const events = await allEvents(client, "2026-03-02T09:00:00.000Z");
  expect(events.map(({ eventId }) => eventId)).toEqual(["evt_1", "evt_2"]);
  expect(server?.requests.map(({ token, query }) => [token, query.get("since")])).toEqual([
    ["mdt_test", "2026-03-02T09:00:00.000Z"],
    ["mdt_test", "2026-03-02T09:00:00.000Z"],
  ]);
});

test("a case id keeps its colons, slashes and all else on the way", async () => {
  const client = await clientOf(() => ({ json: { caseId: "x", intact: true, records: [] } }));
  await bodyOf(
    client.v1.cases[":caseId"].records.$get({ param: { caseId: "acme:quoting:crm-deal-1/2?#%" }, query: {} }),
  );
  expect(server?.requests[0]?.path).toBe("/v1/cases/acme:quoting:crm-deal-1/2?#%/records");
});
