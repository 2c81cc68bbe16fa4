import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { givenAnswer, quoteDecision } from "../fixtures/answered-quote.ts";
import { because, policy, policyJson, releasedFolder, shipped } from "./released-folder.ts";
import { runOnTerminal } from "./run.ts";

const released = releasedFolder();
const { change, loosen, install } = released;

/** One percent more, hidden behind what else changes of the same parameter and of canaries. */
function loosenHidden(): void {
  loosen();
  change("quoting.yaml", "allowed: 5%..20%", "allowed: 5%..24%");
}

/** Decisions of two minutes ago: one of 15.5 % that people rejected, one of 12 %, and one of 15.8 % that waits. */
async function history(): Promise<string> {
  const { database, company } = released;
  const at = new Date(Date.now() - 120_000).toISOString();
  const asked = { pool: database.pool, company, at };
  await quoteDecision(asked, "clean", quoteFacts({ effectiveDiscount: 120_000 }));
  await quoteDecision(asked, "open", quoteFacts({ effectiveDiscount: 158_000, listPrice: 20_000_000 }));
  return givenAnswer(asked, "rejected", quoteFacts({ effectiveDiscount: 155_000 }), "reject");
}

/** From the first line of what changes to the end. */
const told = (stdout: string) => /^\d+ polic[^]*/m.exec(stdout)?.[0];

describe("what a release changes is shown whole", () => {
  test("to its author and the second person alike: regions with a request each, what else loosens, recent history", async () => {
    await install();
    const escalationId = await history();
    loosenHidden();
    const applied = await policy("apply", "--as", "ola", ...because);
    const [, release = ""] = /^Release (\w{12}) waits/.exec(applied.stdout) ?? [];
    const text = told(applied.stdout) ?? "";
    expect(text).toMatch(
      /^1 policy changes; regions: 1 looser\nquoting: \w{12} becomes \w{12}\n {2}LOOSENING {2}escalate → execute where effectiveDiscount is over 15 % and at most 16 %; /,
    );
    for (const line of [
      /^ {4}for example effectiveDiscount 15\.0001 %, .*listPrice [\d,.]+ USD/m,
      /^ {4}before: escalate to partner-manager by manager-band\n {4}after: {2}execute by within-mandate$/m,
      /^ {2}LOOSENING {2}beside what rules decide: the parameter auto_max may be set to other values$/m,
      /^ {2}recent history: 3 decisions since \S+: escalate → execute 2, 1 unchanged$/m,
      /^ {4}listPrice: 300,000\.00 USD would come to be executed, 0\.00 USD no longer would$/m,
      /^ {4}partner: 1 touched: partner-7$/m,
      new RegExp(`^ {4}contradicts a person: ${escalationId} was rejected, and dec_\\w+ would execute$`, "m"),
      /^ {4}3 of them were decided under another version; what was decided is compared$/m,
    ]) {
      expect(text).toMatch(line);
    }
    const passed = await policy("promote", release, "--as", "lee", ...because);
    const sinceTold = (shown: string | undefined) => shown?.replaceAll(/since \S+:/g, "since then:");
    expect([passed.exitCode, sinceTold(told(passed.stdout))]).toEqual([0, sinceTold(text)]);
  });

  test("--json gives both the same as data", async () => {
    await install();
    await history();
    loosenHidden();
    const applied = await policyJson("apply", "--as", "ola", ...because);
    const passed = await policyJson("promote", applied.data.release, "--as", "lee", ...because);
    const [turn] = applied.data.behaviour;
    expect(turn).toMatchObject({
      policy: "quoting",
      diff: { equal: false, changes: [{ direction: "loosening", witness: { effectiveDiscount: 150_001 } }] },
      loosensBeside: ["the parameter auto_max may be set to other values"],
      undecided: [],
      recent: { taken: 3, read: 3, flips: 2, simulation: { contradictions: [{ person: "rejected", to: "execute" }] } },
    });
    expect(passed.data.behaviour[0].diff).toEqual(turn.diff);
    expect(passed.data.loosens).toEqual(applied.data.loosens);
  });

  test("a second person at a terminal is asked after it was shown; no signs nothing", async () => {
    await install();
    loosen();
    const { release } = (await policyJson("apply", "--as", "ola", ...because)).data;
    const no = await runOnTerminal("n\n", "policy", "promote", release, "--as", "lee", ...because);
    expect([no.exitCode, no.stderr]).toEqual([
      130,
      expect.stringMatching(/LOOSENING {2}escalate → execute where [^]*let it pass\? \[y\/N\][^]*nothing was signed/),
    ]);
    expect((await policyJson("releases")).data.waiting).toMatchObject({ release });
    const yes = await runOnTerminal("y\n", "policy", "promote", release, "--as", "lee", ...because);
    expect([yes.exitCode, yes.stdout]).toEqual([0, `Release ${release.slice(0, 12)} is in force.\n`]);
  });

  test("what goes back is shown too, and what is undone needs one person", async () => {
    await install();
    loosen();
    const { release } = (await policyJson("apply", "--as", "ola", ...because)).data;
    await policy("promote", release, "--as", "lee", ...because);
    const back = await policy("rollback", "--as", "ola", ...because);
    expect(back.stdout).toMatch(
      /^Release \w{12} is taken back: \w{12} is in force\.\n\n1 policy changes; regions: 1 stricter\n/,
    );
  });
});

describe("policies and releases are named in any pairing", () => {
  async function twoReleases() {
    const first = await install();
    const before = first.kind === "installed" ? first.release : "";
    const text = readFileSync(join(released.folder, "quoting.yaml"), "utf8");
    const file = join(released.home, "before.yaml");
    writeFileSync(file, text);
    loosen();
    const waits = (await policyJson("apply", "--as", "ola", ...because)).data.release as string;
    return { before, waits, file };
  }

  const looser = /LOOSENING {2}escalate → execute where effectiveDiscount is over 15 % and at most 16 %/;

  test("diff: releases, short ids, the draft, files of any name and policy ids", async () => {
    const { before, waits, file } = await twoReleases();
    const short = before.slice(0, 8);
    const pairs = [
      [short, waits.slice(0, 12)],
      [before, "draft"],
      ["in-force", "waiting"],
      [short, "quoting"],
      [file, "quoting"],
      [file, waits],
      ["in-force", join(released.folder, "quoting.yaml")],
    ] as const;
    for (const [a, b] of pairs) {
      const { exitCode, stdout } = await policy("diff", a, b);
      expect([a, b, exitCode, stdout]).toEqual([a, b, 0, expect.stringMatching(looser)]);
    }
    const same = await policy("diff", "in-force", file, "--expect-equal");
    expect([same.exitCode, same.stdout]).toEqual([0, "PROVED EQUAL: every request is decided alike\n"]);
    const draft = await policy("diff", "waiting", "draft", "--expect-equal");
    expect([draft.exitCode, draft.stdout]).toEqual([
      0,
      `release ${waits.slice(0, 12)} and the draft hold the same policies\n`,
    ]);
    expect((await policy("diff", "in-force", "draft", "--expect-equal")).exitCode).toBe(3);
  });

  test("show: a release's policies, and one of them in sentences", async () => {
    const { before, waits } = await twoReleases();
    const all = await policy("show", before.slice(0, 6));
    expect(all.stdout).toMatch(
      new RegExp(`^release ${before.slice(0, 12)}: ${shipped} policies\n\nID [^]*^quoting +F5 `, "m"),
    );
    const percent = async (...what: string[]) => /auto_max: (\d+ %)/.exec((await policy("show", ...what)).stdout)?.[1];
    expect([await percent("in-force", "quoting"), await percent(waits, "quoting"), await percent("quoting")]).toEqual([
      "15 %",
      "16 %",
      "16 %",
    ]);
  });

  test("an unknown id names near ones", async () => {
    const { before, waits } = await twoReleases();
    const fixOf = async (...what: string[]) => {
      const { exitCode, stderr } = await policy(...what);
      return [exitCode, /Fix: +(.*)/.exec(stderr)?.[1]];
    };
    const misread = `${before.slice(0, 7)}${before[7] === "0" ? "1" : "0"}`;
    expect(await fixOf("diff", misread, "draft")).toEqual([5, `did you mean \`${before.slice(0, 12)}\`?`]);
    expect(await fixOf("promote", misread, "--as", "lee", ...because)).toEqual([
      5,
      `did you mean \`${before.slice(0, 12)}\`?`,
    ]);
    expect(await fixOf("show", "in-farce")).toEqual([5, "did you mean `in-force`?"]);
    expect(await fixOf("diff", "quotng", waits)).toEqual([5, "did you mean `quoting`?"]);
    expect(await fixOf("show", waits, "quotng")).toEqual([5, "did you mean `quoting`?"]);
    expect(await fixOf("show", "canary")).toEqual([5, "see `mandate policy releases`"]);
  });
});
