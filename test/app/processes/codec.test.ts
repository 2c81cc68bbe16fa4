import { afterEach, beforeEach, expect, test } from "vitest";
import { codecsOf } from "../../../app/engine/codec-of.ts";
import { loadConfig } from "../../../app/config.ts";
import { TEST_SECRET } from "../../setup/database.ts";
import { start, stop } from "../../setup/command-line.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";
import { run } from "../../cli/run.ts";

const environment = { ...process.env };
let home: string;
beforeEach(() => {
  home = temporaryHome("codec");
  process.env["MANDATE_AUDIT_SECRET"] = TEST_SECRET.toString("base64");
  process.env["MANDATE_HOME"] = home;
});
afterEach(() => {
  process.env = { ...environment };
  removeHome(home);
});

test("`mandate temporal codec` opens to the UI what the company's processes seal, until it is stopped", async () => {
  const [codec] = codecsOf(loadConfig());
  const [sealed] = await codec!.encode([
    { metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from('"seen"') },
  ]);
  const serving = start(home, "temporal", "codec", "--port", "0", "--ui", "http://127.0.0.1:8233/namespaces", "--json");
  const { data } = JSON.parse(await serving.says('"ok":true')) as { data: { url: string; origins: string[] } };
  expect(data).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    origins: ["http://127.0.0.1:8233"],
  });
  const metadata = Object.entries(sealed!.metadata ?? {}).map(([name, value]) => [
    name,
    Buffer.from(value).toString("base64"),
  ]);
  const answer = await fetch(`${data.url}/decode`, {
    method: "POST",
    headers: { origin: "http://127.0.0.1:8233" },
    body: JSON.stringify({
      payloads: [{ metadata: Object.fromEntries(metadata), data: Buffer.from(sealed!.data ?? []).toString("base64") }],
    }),
  });
  const opened = (await answer.json()) as { payloads: { data: string }[] };
  expect(Buffer.from(opened.payloads[0]?.data ?? "", "base64").toString()).toBe('"seen"');
  expect((await stop(serving, "SIGTERM")).exitCode).toBe(0);
});

test.for([
  ["no UI that is known", [], "no Temporal UI is known here"],
  ["an origin that is none", ["--ui", "127.0.0.1:8233"], "`127.0.0.1:8233` is no origin"],
  ["a port that is none", ["--ui", "http://localhost", "--port", "x"], "`x` is not a port"],
] as const)("%s is a mistake of whoever typed it, with the way out", async ([, args, said]) => {
  const { exitCode, stderr } = await run("temporal", "codec", ...args);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
});
