import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPolicySource } from "../../releases/source.ts";
import { readRecords } from "../../audit/records.ts";
import { because as reason, policy, policyJson as json, releasedFolder, shipped } from "./released-folder.ts";

const released = releasedFolder();
const { change, loosen, install } = released;

/** What a worker would decide by now. */
async function inForce() {
  const source = await createPolicySource({
    pool: released.database.pool,
    company: released.company,
    onAlarm: () => {},
  });
  await source.stop();
  return source.inForce("quoting", () => "p-juniper");
}

describe("mandate policy apply", () => {
  test("the first release waits for a second person, is in force when they let it pass, and is recorded", async () => {
    const applied = await policy("apply", "--as", "ola", ...reason);
    expect([applied.exitCode, applied.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Release ([0-9a-f]{12}) waits for a second person: ops-engineer or regional-director, not ola/,
      ),
    ]);
    expect(applied.stdout).toMatch(/^quoting: new, [0-9a-f]{12}$/m);
    expect(applied.stderr).toMatch(/Next: npx mandate policy promote ([0-9a-f]{12}) --as lee/);
    expect(await inForce()).toBeUndefined();
    const id = /Release (\w+)/.exec(applied.stdout)?.[1] ?? "";
    const own = await policy("promote", id, "--as", "ola", ...reason);
    expect([own.exitCode, own.stderr]).toEqual([4, expect.stringContaining("(own-request)")]);
    const passed = await policy("promote", id, "--as", "lee", ...reason);
    expect([passed.exitCode, passed.stdout]).toEqual([
      0,
      expect.stringMatching(`^Release ${id} is in force\\.\n\n${shipped} policies change`),
    ]);
    expect((await inForce())?.release.startsWith(id)).toBe(true);
    const { records, intact } = await readRecords(
      released.database.pool,
      released.company,
      `${released.company}:policies`,
    );
    expect([intact, records.map(({ kind, body }) => [kind, body["change"], body["person"]])]).toEqual([
      true,
      [
        ["policy", "signing-key", "ola"],
        ["policy", "apply", "ola"],
        ["policy", "signing-key", "lee"],
        ["policy", "promote", "lee"],
      ],
    ]);
  });

  test("a folder that is refused, or whose cases fail, exits 3 and proposes nothing", async () => {
    await install();
    change("quoting.yaml", "percent: 15%, allowed", "percent: 16%, allowed");
    const failing = await policy("apply", "--as", "ola", ...reason);
    expect([failing.exitCode, failing.stdout]).toEqual([
      3,
      expect.stringMatching(
        /^quoting: [1-9]\d* of \d+ cases fail\n( {2}FAILED {2}.*\n( {10}(given|expected|decided|passes|mend) .*\n)+)+$/,
      ),
    ]);
    const [, file = "", line = "0"] =
      /mend +the case at (\S+):(\d+), or `\S+` at \S+quoting\.yaml:\d+/.exec(failing.stdout) ?? [];
    const [, name = ""] = /FAILED {2}(.*)\n/.exec(failing.stdout) ?? [];
    expect(readFileSync(file, "utf8").split("\n")[Number(line) - 1]).toContain(name);
    expect(failing.stdout).toMatch(
      /given +effectiveDiscount 15\.0001 %, worstLineDiscount 15\.0001 %\n +expected escalate by \[manager-band\].*\n +decided +execute by \[within-mandate\]\n/,
    );
    expect(failing.stderr).toMatch(/^Warning: nothing is applied: the folder has problems\n$/m);
    const { data } = await json("apply", "--as", "ola", ...reason);
    expect(data.failed).toMatchObject([
      { policy: "quoting", cases: [{ name, given: { effectiveDiscount: 150_001 } }] },
    ]);
    change("quoting.yaml", "operator: greaterThan", "operator: greaterThen");
    expect(await json("apply", "--as", "ola", ...reason)).toMatchObject({
      exitCode: 3,
      ok: false,
      warnings: ["nothing is applied: the folder has problems"],
    });
    expect((await json("releases")).data).toMatchObject({ n: 1, waiting: null });
  });

  test("what changes nothing is said and not sent", async () => {
    const installed = await install();
    expect(await json("apply", "--as", "ola", ...reason)).toMatchObject({
      exitCode: 0,
      data: { release: installed.kind === "installed" && installed.release, changes: [] },
    });
    expect((await json("releases")).data.n).toBe(1);
  });

  test("what is looser waits for the second person, with the reason", async () => {
    await install();
    loosen();
    const applied = await json("apply", "--as", "ola", ...reason);
    expect(applied).toMatchObject({
      exitCode: 0,
      data: { state: "waiting", loosens: [expect.stringMatching(/^quoting: /)], waiting: { person: "ola" } },
    });
    expect((await inForce())?.release).toBe(applied.data.inForce);
  });

  test("what changes no decision is in force by one person", async () => {
    await install();
    change(
      "quoting.yaml",
      "A partner who sells on the deal is suspended from",
      "A partner who sells is suspended from",
    );
    const applied = await json("apply", "--as", "ola", ...reason);
    expect(applied).toMatchObject({ exitCode: 0, data: { state: "in-force", loosens: [], waiting: null } });
    expect((await inForce())?.release).toBe(applied.data.release);
  });

  test("a canary is for its share alone, goes on to all by another person, and can be withdrawn by one", async () => {
    await install();
    loosen();
    const { data } = await json("apply", "--canary", "10%", "--as", "ola", ...reason);
    await policy("promote", data.release, "--as", "lee", ...reason);
    const { canary } = (await json("releases")).data;
    expect(canary).toMatchObject({ release: data.release, canaryPpm: 100_000, person: "ola" });
    expect((await policy("promote", data.release, "--as", "ola", ...reason)).exitCode).toBe(4);
    const withdrawn = await policy("rollback", "--as", "dana", ...reason);
    expect([withdrawn.exitCode, withdrawn.stdout]).toEqual([0, expect.stringContaining("is taken back")]);
    await policy("apply", "--canary", "10%", "--as", "ola", ...reason);
    await policy("promote", data.release, "--as", "lee", ...reason);
    await policy("promote", data.release, "--as", "lee", ...reason);
    expect(await inForce()).toMatchObject({ release: data.release, canary: null });
  });

  test("another apply tells whose canary it would end before it is signed, and ends it by --replace alone", async () => {
    await install();
    loosen();
    const { data } = await json("apply", "--canary", "10%", "--as", "ola", ...reason);
    await policy("promote", data.release, "--as", "lee", ...reason);
    change("quoting.yaml", "A partner who sells on the deal is suspended", "A partner who sells is suspended");
    const running = `canary \`${data.release.slice(0, 12)}\` by ola runs for 10 % of subjects since \\S+ \\(\\d+[^)]*\\)`;
    const refused = await policy("apply", "--as", "kim", ...reason);
    expect([refused.exitCode, refused.stderr]).toEqual([
      6,
      expect.stringMatching(new RegExp(`${running}, and this would end it \\(canary-runs\\)\nFix: .*--replace`)),
    ]);
    expect((await json("releases")).data).toMatchObject({ canary: { release: data.release }, waiting: null });
    const replaced = await policy("apply", "--replace", "--as", "kim", ...reason);
    expect([replaced.exitCode, replaced.stderr]).toEqual([
      0,
      expect.stringMatching(new RegExp(`${running}: this ends it`)),
    ]);
    const { stdout } = await policy("releases");
    expect(stdout).toMatch(new RegExp(`apply over ${data.release.slice(0, 12)} `));
  });

  test.for(["0%", "101%", "10", "ten"])("a share of %s is a usage fault", async (share) => {
    expect((await policy("apply", "--canary", share, "--as", "ola", ...reason)).exitCode).toBe(2);
  });

  test("a seller may not, and without a name nobody signs", async () => {
    await install();
    loosen();
    const seller = await policy("apply", "--as", "sam", ...reason);
    expect([seller.exitCode, seller.stderr]).toEqual([4, expect.stringContaining("needs ops-engineer, not seller")]);
    expect((await policy("apply", ...reason)).exitCode).toBe(2);
    expect((await policy("apply", "--as", "ola")).exitCode).toBe(2);
  });
});

describe("while a release waits", () => {
  test("another apply is refused with whose it is and both ways out; --replace takes its place and tells its author", async () => {
    await install();
    loosen();
    const first = (await json("apply", "--as", "ola", ...reason)).data.release.slice(0, 12);
    change("quoting.yaml", "A partner who sells on the deal is suspended", "A partner who sells is suspended");
    const refused = await policy("apply", "--as", "kim", ...reason);
    expect([refused.exitCode, refused.stderr]).toEqual([
      6,
      expect.stringMatching(
        new RegExp(
          `apply of \`${first}\` by ola waits for a second person since \\S+ \\(\\d+.*\\) \\(release-waits\\)\\n` +
            "Fix: +let it pass \\(`mandate policy promote RELEASE`\\) or withdraw it \\(`mandate policy rollback RELEASE`\\) first, or .*--replace`",
        ),
      ),
    ]);
    expect((await json("releases")).data).toMatchObject({ n: 2, waiting: { person: "ola" } });
    const replaced = await policy("apply", "--replace", "--as", "kim", ...reason);
    const told = new RegExp(`^Release ${first} of ola waits no more: \\w{12} by kim took its place at \\S+\\.$`, "m");
    expect([replaced.exitCode, replaced.stdout]).toEqual([0, expect.stringMatching(told)]);
    const { stdout } = await policy("releases");
    expect(stdout).toMatch(told);
    expect(stdout).toMatch(new RegExp(`^3 +\\S+ +apply over ${first} `, "m"));
    const late = await policy("promote", first, "--as", "lee", ...reason);
    expect([late.exitCode, late.stderr]).toEqual([6, expect.stringContaining("(not-waiting)")]);
    const [, next = ""] = /^Release (\w{12}) waits/.exec(replaced.stdout) ?? [];
    expect((await policy("rollback", next, "--as", "ola", ...reason)).exitCode).toBe(0);
    expect((await policy("releases")).stdout).not.toMatch(told);
  });
});

describe("mandate policy rollback", () => {
  test("goes back to what was stricter by one person, and to what was looser by two", async () => {
    const first = await install();
    if (first.kind !== "installed") throw new Error(first.kind);
    loosen();
    const looser = (await json("apply", "--as", "ola", ...reason)).data.release;
    await policy("promote", looser, "--as", "lee", ...reason);
    const asked = await json("rollback", "--as", "ola", ...reason);
    const { state } = asked.data;
    if (state === "waiting") await policy("rollback", looser, "--as", "lee", ...reason);
    expect([asked.exitCode, (await inForce())?.release]).toEqual([0, first.release]);
    const nowhere = await policy("rollback", "--as", "ola", ...reason);
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([6, expect.stringContaining("(stale-release)")]);
  });

  test("withdraws what waits, by anybody who may restrain", async () => {
    await install();
    loosen();
    const { release } = (await json("apply", "--as", "ola", ...reason)).data;
    expect((await policy("rollback", release, "--as", "sam", ...reason)).exitCode).toBe(4);
    expect((await json("rollback", release, "--as", "dana", ...reason)).data.state).toBe("withdrawn");
    const late = await policy("promote", release, "--as", "lee", ...reason);
    expect([late.exitCode, late.stderr]).toEqual([6, expect.stringContaining("(not-waiting)")]);
  });

  test("a release that is none is not found", async () => {
    expect((await policy("rollback", "feedface", "--as", "ola", ...reason)).exitCode).toBe(5);
  });
});

describe("mandate policy mode", () => {
  test("lowers at once by one person, and raises by two", async () => {
    await install();
    const lowered = await policy("mode", "quoting", "off", "--as", "dana", ...reason);
    expect([lowered.exitCode, lowered.stdout, (await inForce())?.mode]).toEqual([0, "quoting is off.\n", "off"]);
    const raise = ["quoting", "--mode", "led"];
    const asked = await policy("promote", ...raise, "--as", "ola", ...reason);
    expect([asked.exitCode, asked.stdout, (await inForce())?.mode]).toEqual([
      0,
      "quoting stays off: led waits for a second person, ops-engineer or regional-director, not ola.\n",
      "off",
    ]);
    expect((await policy("promote", ...raise, "--as", "ola", ...reason)).exitCode).toBe(4);
    expect((await policy("promote", ...raise, "--as", "dana", ...reason)).exitCode).toBe(4);
    const raised = await policy("promote", ...raise, "--as", "lee", ...reason);
    expect([raised.stdout, (await inForce())?.mode]).toEqual(["quoting is led.\n", "led"]);
    expect((await policy("mode", "quoting", "led", "--as", "ola", ...reason)).exitCode).toBe(6);
  });

  test("a mode or a policy that is none is refused", async () => {
    await install();
    expect((await policy("mode", "quoting", "of", "--as", "ola", ...reason)).exitCode).toBe(2);
    expect((await policy("mode", "quotting", "off", "--as", "ola", ...reason)).exitCode).toBe(5);
  });
});

describe("signing keys", () => {
  test("are made at the first use, for this user's eyes only, and the first registered one stands", async () => {
    await install();
    loosen();
    await policy("apply", "--as", "ola", ...reason);
    const file = join(released.home, "keys", "ola.pem");
    expect([existsSync(file), statSync(file).mode & 0o777, statSync(join(released.home, "keys")).mode & 0o777]).toEqual(
      [true, 0o600, 0o700],
    );
    rmSync(file);
    const other = await policy("apply", "--as", "ola", ...reason);
    expect([other.exitCode, other.stderr]).toEqual([4, expect.stringContaining("is not on this machine")]);
  });
});

test("mandate policy releases tells what is in force, what waits, the modes and the changes", async () => {
  const empty = await policy("releases");
  expect(empty.stdout).toContain("Nothing is in force: every request goes to people.");
  await install();
  loosen();
  await policy("apply", "--as", "ola", "--reason", "one percent more");
  const { stdout, stderr } = await policy("releases");
  expect(stdout).toMatch(
    /^Release \w{12} is in force\.\napply of \w{12} waits for ops-engineer or regional-director, not ola\./,
  );
  expect(stdout).toMatch(/^quoting +led$/m);
  expect(stdout).toMatch(/^2 +\S+ +apply +\w{12} +100 % +ola +one percent more$/m);
  expect(stderr).toMatch(/policy promote \w{12} --as lee/);
});
