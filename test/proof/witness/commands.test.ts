import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { submitCheckpoint } from "../../../proof/witness/client.ts";
import { growingLog } from "./growing-log.ts";
import { start, stop } from "../../setup/command-line.ts";
import { run } from "../../cli/run.ts";
import { homeForTest, NAME } from "./running.ts";

const log = growingLog();
const from = (oldSize: number, size: number) => ({
  oldSize,
  proof: log.consistency(oldSize, size),
  checkpoint: log.checkpoint(size),
});

/** `mandate witness serve` in a process of its own, on a free port. */
async function serving(home: string) {
  const known = ["--origin", log.origin, "--vkey", log.vkey];
  const started = start(home, "witness", "serve", ...known, "--name", NAME, "--home", home);
  onTestFinished(() => {
    started.child.kill("SIGKILL");
  });
  const [vkey = "", url = ""] = (await started.says("http://")).split("\n");
  return { ...started, vkey, url };
}

describe("mandate witness vkey", () => {
  test("prints the verifier key, the same each time", async () => {
    const home = homeForTest();
    const first = await run("witness", "vkey", "--name", NAME, "--home", home);
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^witness.example\/w1\+[0-9a-f]{8}\+B.+\n$/),
    });
    const { stdout } = await run("witness", "vkey", "--name", NAME, "--home", home, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { vkey: first.stdout.trim() } });
  });

  test("says whose home it is", async () => {
    const home = homeForTest();
    await run("witness", "vkey", "--name", NAME, "--home", home);
    const { exitCode, stderr } = await run("witness", "vkey", "--name", "another.example", "--home", home);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining("it belongs to the witness `witness.example/w1`"),
    });
  });
});

describe("mandate witness serve", () => {
  test.for<[string, string[], string]>([
    ["no log", [], "no log to cosign is named (no-log)"],
    ["an origin without a key", ["--origin", "a"], "1 --origin and 0 --vkey were given (unpaired-log)"],
    ["a key that is none", ["--origin", "a", "--vkey", "b"], "verifier key `b` is not `<name>+"],
    ["a port that is none", ["--origin", "a", "--vkey", log.vkey, "--port", "65536"], "--port `65536` is not a port"],
    ["a name with a space", ["--origin", "a", "--vkey", log.vkey, "--name", "a b"], "key name `a b` must be"],
  ])("%s is told, and nothing is served", async ([, argv, reason]) => {
    const { exitCode, stderr } = await run("witness", "serve", "--name", NAME, "--home", homeForTest(), ...argv);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(reason) });
  });

  test("prints its key and address, cosigns, refuses a second process on its home, and ends politely", async () => {
    const home = join(homeForTest(), "witness");
    const witness = await serving(home);
    expect(await submitCheckpoint(witness, from(0, 5))).toMatchObject({ kind: "cosigned" });
    const again = await run(
      "witness",
      "serve",
      "--origin",
      log.origin,
      "--vkey",
      log.vkey,
      "--name",
      NAME,
      "--home",
      home,
    );
    expect(again).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining(`process ${witness.child.pid} holds ${home}`),
    });
    expect(await stop(witness, "SIGTERM")).toMatchObject({ exitCode: 0 });
    const next = await serving(home);
    expect(next.vkey).toBe(witness.vkey);
    expect(await submitCheckpoint(next, from(5, 9))).toMatchObject({ kind: "cosigned" });
  });

  test("says that a port is taken, and leaves its home free", async () => {
    const home = homeForTest();
    const witness = await serving(homeForTest());
    const { port } = new URL(witness.url);
    const known = ["--origin", log.origin, "--vkey", log.vkey, "--name", NAME, "--home", home];
    const { exitCode, stderr } = await run("witness", "serve", ...known, "--port", port);
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: expect.stringContaining("EADDRINUSE") });
    await expect(serving(home)).resolves.toMatchObject({ vkey: expect.stringContaining(NAME) });
  });

  test("killed in the middle of a request, it never forgets a head that it cosigned", async () => {
    const home = homeForTest();
    let cosigned = 0;
    for (const killedAt of [1, 3, 6]) {
      const witness = await serving(home);
      const asked = await submitCheckpoint(witness, from(0, 0));
      const known = asked.kind === "conflict" ? asked.size : 0;
      // The request that was under way may have been made durable without its answer.
      expect([cosigned, cosigned + 1]).toContain(known);
      for (let step = 1; step <= killedAt; step += 1) {
        const under = submitCheckpoint(witness, from(known + step - 1, known + step));
        if (step === killedAt) witness.child.kill("SIGKILL");
        const answer = await under.catch(() => undefined);
        if (answer?.kind === "cosigned") cosigned = known + step;
      }
      expect(cosigned).toBeGreaterThanOrEqual(known + killedAt - 1);
      await witness.ended;
    }
  });
});
