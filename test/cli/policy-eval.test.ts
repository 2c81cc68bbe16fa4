import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { main } from "../../app/main.ts";
import { copiedPolicies } from "./copied-policies.ts";
import { run } from "./run.ts";

const copied = copiedPolicies();
const evaluated = (...argv: string[]) => run("policy", "eval", ...argv);
const both = (share: string) => [`effectiveDiscount=${share}`, `worstLineDiscount=${share}`];

describe("policy eval", () => {
  test.for([
    ["15%", "execute", 0],
    ["15.0001%", "escalate", 8],
    ["25.0001%", "block", 7],
  ] as const)("%s is %s, and the exit code says so", async ([share, verdict, expected]) => {
    const { exitCode, stdout } = await evaluated("quoting", "--base", ...both(share));
    expect([exitCode, stdout.split(",")[0]]).toEqual([expected, verdict]);
  });

  test("tells every rule with its values, the nearest changes, and the limits that were not counted", async () => {
    const { stdout } = await evaluated("quoting", "--base", ...both("18%"), "--at", "2026-03-02T09:00:00Z");
    for (const line of [
      "asked: partner-manager",
      "at 2026-03-02T09:00:00.000Z; nothing is asked or recorded",
      "  manager-band (escalate, decides): Effective discount 18 % is over 15 %, up to 25 %: a manager's decision",
      "  execute: effectiveDiscount ≤ 15 %",
      "  block: effectiveDiscount > 25 %",
      "Limits it would be counted under (not counted here: what they hold is known where it runs)",
      "  quarter-discount: 10,200.00 USD more for partner p-juniper, of 600,000.00 USD, from 2026-01-01T00:00:00.000Z until 2026-04-01T00:00:00.000Z; over it escalate",
    ]) {
      expect(stdout).toContain(line);
    }
  });

  test("facts come from a file, YAML or JSON, in either unit, and what is typed goes before them", async () => {
    const facts = { effectiveDiscount: "18%", worstLineDiscount: 180_000, listPrice: "85000.00 USD" };
    for (const [name, text] of [
      ["facts.json", JSON.stringify(facts)],
      ["facts.yaml", "effectiveDiscount: 18%\nworstLineDiscount: 180000\nlistPrice: 85000.00 USD\n"],
    ] as const) {
      const path = join(copied.folder, name);
      writeFileSync(path, text);
      const { exitCode, stdout } = await evaluated("quoting", "--base", "--facts", path, "--json");
      const { data } = JSON.parse(stdout);
      expect([exitCode, data.decision.kind, data.facts.listPrice]).toEqual([8, "escalate", 8_500_000]);
      expect((await evaluated("quoting", "--base", "--facts", path, ...both("1%"))).exitCode).toBe(0);
    }
  });

  test("what is not said is not known, and asks people by name", async () => {
    const { exitCode, stdout } = await evaluated("quoting", ...both("12%"));
    expect([exitCode, stdout]).toEqual([8, expect.stringContaining("escalate, not known: `listPrice`, ")]);
  });

  test("an override counts on its days, in the policy's own zone", async () => {
    const override = `overrides:
  - id: h1
    for: { partner: [p-juniper] }
    effective: { from: 2026-01-01, until: 2026-07-01 }
    set: { auto_max: 18% }
    reason: PO-412

rules:
`;
    copied.change("quoting.yaml", "rules:\n", override);
    const on = async (day: string) => (await evaluated("quoting", "--base", ...both("18%"), "--at", day)).exitCode;
    expect([await on("2026-06-30"), await on("2026-07-01")]).toEqual([0, 8]);
  });

  test.for([
    [
      ["effectiveDiscount=18"],
      "effectiveDiscount=18: `effectiveDiscount` cannot take this; write a percentage from 0%",
    ],
    [["listPrice=600,000.00 USD"], "write an amount from 0.01 USD to"],
    [["belowFloorPrice=no"], "write `true` or `false`"],
    [["efectiveDiscount=18%"], "did you mean `effectiveDiscount`?"],
    [["effectiveDiscount"], "`effectiveDiscount` has no value; write `effectiveDiscount=…`"],
    [["--at", "soon"], "`soon` is no time"],
  ] as const)("%s is refused with what to write", async ([argv, said]) => {
    const { exitCode, stdout, stderr } = await evaluated("quoting", ...argv);
    expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringContaining(said)]);
  });

  test("a mistake in a file of facts is named at its line", async () => {
    const path = join(copied.folder, "wrong.yaml");
    writeFileSync(path, "effectiveDiscount: 18%\nlistPrise: 1.00 USD\n");
    const { exitCode, stderr } = await evaluated("quoting", "--facts", path);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/wrong\.yaml:2:1: unknown fact `listPrise`; did you mean/),
    ]);
  });
});

describe("policy eval --watch", () => {
  test("tells what changed whenever a file does, goes on over a mistake, and ends quietly", async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    let [out, err] = ["", ""];
    stdout.on("data", (chunk) => (out += String(chunk)));
    stderr.on("data", (chunk) => (err += String(chunk)));
    const argv = ["policy", "eval", "quoting", "--base", ...both("18%"), "--watch"];
    const ended = main(argv, { stdin: new PassThrough(), stdout, stderr });
    const says = (text: () => string, wanted: string) =>
      vi.waitFor(() => expect(text()).toContain(wanted), { timeout: 60_000, interval: 50 });
    await says(() => out, "cases pass\n");
    expect(out).toMatch(/^escalate, rule manager-band/);
    const file = join(copied.folder, "quoting.yaml");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replace("percent: 15%", "percent: 18%"));
    await says(() => out, "+ execute, rule within-mandate");
    await says(() => out, "  fails: 18 % goes to the manager");
    writeFileSync(file, before.replace("greaterThan", "greaterThen"));
    await says(() => err, "did you mean `greaterThan`?");
    writeFileSync(file, before);
    await says(() => out, "- execute, rule within-mandate");
    process.emit("SIGINT");
    expect(await ended).toBe(0);
    expect(err).not.toContain("Next:");
  });
});
