import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { ndjson, withUsage } from "../fixtures/usage.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { eventually } from "../setup/system.ts";
import { run } from "./run.ts";

const environment = { ...process.env };
let database: TestDatabase;
let gateway: Gateway;
let folder = "";
beforeAll(async () => {
  database = await testDatabase();
  await givenPerson(database.pool, "acme", { personId: "feed", name: "Feed", role: "system" }, "token-feed");
  gateway = await gatewayWith({ pool: database.pool, functions: withUsage });
});
afterAll(async () => {
  await gateway.stop();
  await database.drop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-cli-"));
  Object.assign(process.env, { MANDATE_HOME: folder, MANDATE_URL: gateway.url, MANDATE_TOKEN: "token-feed" });
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const rows = (count: number) => ndjson(Array.from({ length: count }, (_, n) => ({ account: `a${n}`, points: 1 })));
const send = (path: string, window: string, ...more: string[]) =>
  run("batches", "send", path, "--source", "usage", "--window", window, ...more);

test("a file is sent, looked at until it is told, and listed", async () => {
  const path = file("usage.csv", "account,points\na,1\nb,no\nc,2\n");
  const sent = await send(path, "2026-03-02");
  expect([sent.exitCode, sent.stderr]).toEqual([0, expect.stringMatching(/npx mandate batches show bat_/)]);
  const [batchId = ""] = /bat_[0-9a-f]+/.exec(sent.stdout) ?? [];
  const shown = await eventually(async () => {
    const { stdout } = await run("batches", "show", batchId);
    return /2 of 2 objects told\n/.test(stdout) ? stdout : undefined;
  });
  expect(shown).toBe(
    `${batchId}  usage 2026-03-02  told\n  2 rows, 1 that could not be read\n  usage: told, 2 of 2 objects told\n` +
      "  line 3: `points`: Invalid input: expected number, received string\n",
  );
  const { stdout } = await run("batches", "list", "--source", "usage");
  expect(stdout).toMatch(new RegExp(`${batchId} +usage +2026-03-02 +told +2 +1 +usage 2/2`));
  expect((await run("audit", "show", `acme:batches:${batchId}`)).stdout).toContain(
    "sends 2 rows of usage for 2026-03-02",
  );
});

test("what stands is replaced only when that is asked for", async () => {
  const path = file("usage.ndjson", rows(2));
  await send(path, "2026-03-03");
  expect((await send(path, "2026-03-03")).stdout).toContain("These bytes are there already.");
  const other = file("other.ndjson", rows(3));
  const refused = await send(other, "2026-03-03");
  expect([refused.exitCode, refused.stderr]).toEqual([6, expect.stringContaining("(batch-conflict)")]);
  expect((await send(other, "2026-03-03", "--replace")).stdout).toContain("3 rows");
});

test.for([
  ["a file whose format is not known", "usage.txt", "usage", 2],
  ["a file that is not there", "gone.csv", "usage", 5],
  ["a source that nobody hears, however much is sent", "large.ndjson", "other", 5],
  ["a header that nobody can read rows under, however much is sent", "large.csv", "usage", 2],
] as const)("%s is a failure of its own", async ([, name, source, exit]) => {
  file("usage.txt", rows(1));
  file("large.ndjson", rows(200_000));
  file("large.csv", `account\n${"a\n".repeat(2_000_000)}`);
  const { exitCode, stderr } = await run(
    "batches",
    "send",
    join(folder, name),
    "--source",
    source,
    "--window",
    "2026-03-04",
  );
  expect([exitCode, stderr]).toEqual([exit, expect.any(String)]);
});

describe("a gateway that", () => {
  /** Sends to whoever listens so, and answers the exit code and the problem. */
  async function sentTo(listener: RequestListener) {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const path = file("large.ndjson", rows(20_000));
      const { exitCode, stdout } = await send(path, "2026-03-05", "--url", url, "--json");
      const { detail, fix } = JSON.parse(stdout) as { detail: string; fix: string };
      return { exitCode, detail: detail.replace(url, "URL"), fix };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  const fix = "send it again: what is there already is not written twice";

  test("does not answer is waited for as long as a batch may take, and so it is said", async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(ms / 1_000));
    try {
      const detail = "not all of it was taken: no answer from URL in 120 s";
      expect(await sentTo(() => {})).toEqual({ exitCode: 69, detail, fix });
    } finally {
      vi.restoreAllMocks();
    }
  });

  test("hangs up halfway has not taken all of it", async () => {
    const hangUp: RequestListener = (request) => request.once("data", () => request.socket.destroy());
    const detail = "not all of it was taken: URL hung up";
    expect(await sentTo(hangUp)).toEqual({ exitCode: 69, detail, fix });
  });

  test("does not run is to be started", async () => {
    const { exitCode, stderr } = await send(file("usage.ndjson", rows(1)), "2026-03-05", "--url", "http://127.0.0.1:9");
    expect([exitCode, stderr]).toEqual([69, expect.stringContaining("Fix:   start it with `npm start`")]);
  });
});
