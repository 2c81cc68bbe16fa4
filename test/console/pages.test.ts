import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderSource } from "../../proof/export/folder-source.ts";
import { replayGuardrail } from "../../proof/replay/guardrail.ts";
import { verifyBundle } from "../../proof/verify/verify.ts";
import { givenCheckpoint } from "../fixtures/logged.ts";
import { ADMINS } from "../fixtures/people.ts";
import { append, givenRelease, LOOSER, quotingBundle, signedChange } from "../fixtures/release.ts";
import { chromiumPath, inBrowser } from "./chromium.ts";
import { screen, seriousFindings, startDesk, type Desk } from "./desk.ts";

const caseAt = (caseId: string, view = "story") => `/console/d/${encodeURIComponent(caseId)}?view=${view}`;
const whole = (page: Page) => page.getByRole("article", { name: "The whole case" });

function unpack(archive: Buffer, folder: string): void {
  for (const [path, bytes] of Object.entries(unzipSync(archive))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** Says why in the dialog that is open, and sends it. */
async function because(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.locator("textarea").fill(reason);
  await dialog.locator("textarea").press("Enter");
}

describe.skipIf(chromiumPath === undefined)(`what stands beside the questions, ${inBrowser}`, () => {
  let desk: Desk;
  let caseId = "";
  let otherQuestion = "";
  let release = "";
  beforeAll(async () => {
    desk = await startDesk();
    const { pool, company } = desk.system;
    const first = quotingBundle(null);
    const next = await givenRelease(pool, company, 1, first);
    const looser = quotingBundle(first.release, LOOSER);
    release = looser.release;
    await append(
      pool,
      signedChange({ company, release, parent: first.release, n: next, reason: "sixteen is usual" }),
      looser.document,
    );
    const escalationId = await desk.ask("5301");
    otherQuestion = await desk.ask("5302", 160_000);
    const { rows } = await pool.query<{ case_id: string }>("select case_id from escalation where escalation_id = $1", [
      escalationId,
    ]);
    caseId = rows[0]?.case_id ?? "";
  });
  afterAll(() => desk?.stop());

  test("a case is looked at four ways, each with an address of its own", async () => {
    const dana = await desk.open("dana", caseAt(caseId));
    await whole(dana).getByText("✓ records hold").waitFor();
    await whole(dana).getByText("may not decide this alone and asks people").first().waitFor();
    await dana.getByRole("tab", { name: "Steps" }).click();
    expect(new URL(dana.url()).searchParams.get("view")).toBe("steps");
    const steps = whole(dana).getByRole("listitem");
    await whole(dana).getByText("approve-discount").first().waitFor();
    const without = await steps.count();
    await dana.getByLabel("turns and intents too").check();
    expect(await steps.count()).toBeGreaterThan(without);
    await dana.getByPlaceholder("Search the steps").fill("compliance review");
    expect(await steps.count()).toBe(1);
    await dana.getByRole("tab", { name: "Raw" }).click();
    await whole(dana).locator("summary").first().click();
    await whole(dana).getByText("hash of its leaf").first().waitFor();
    await dana.goBack();
    await whole(dana).getByPlaceholder("Search the steps").waitFor();
  });

  test("each value says whose word it is and which rules read it; today's policy and another decision are held beside it", async () => {
    const dana = await desk.open("dana", caseAt(caseId, "rules"));
    const discount = whole(dana)
      .getByRole("row", { name: /^effectiveDiscount/ })
      .first();
    await discount.waitFor();
    expect(await discount.innerText()).toMatch(/18 %\s+worked out by code\s+.*manager-band/);
    await whole(dana).getByText("Its rules, asked again, say the same.").first().waitFor();
    await screen(dana, "case-rules");
    await whole(dana).getByRole("button", { name: "Replay under today's policy" }).first().click();
    await whole(dana)
      .getByText(/^Today as then: escalate/)
      .waitFor();
    await dana.getByLabel(/^Its id/).fill(otherQuestion);
    await dana.getByRole("button", { name: "Compare" }).click();
    const beside = whole(dana).getByRole("region", { name: "Side by side" });
    await beside.getByRole("row", { name: /^effectiveDiscount 18 % 16 %/ }).waitFor();
    expect(await beside.getByRole("row", { name: /^partnerStanding/ }).count()).toBe(0);
    expect(new URL(dana.url()).searchParams.get("with")).toBe(otherQuestion);
  });

  test("operations say what is under way and lead to it", async () => {
    const dana = await desk.open("dana");
    await dana.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "operations" }).click();
    const page = dana.getByRole("article", { name: "Operations" });
    await page.getByText("Nothing needs anybody but the open questions.").waitFor();
    expect(await page.getByText("questions open").locator("..").innerText()).toContain("2");
    await screen(dana, "operations");
    await page.getByRole("link", { name: /^esc_/ }).click();
    await dana.getByRole("button", { name: "Approve" }).waitFor();
  });

  test("one person stops an agent at once; it goes on when a second one asks for the same", async () => {
    const dana = await desk.open("dana", "/console/agents");
    const compliance = (page: Page) => page.getByRole("listitem").filter({ hasText: "agent/compliance" });
    await compliance(dana).getByRole("button", { name: "Stop" }).click();
    await because(dana, "it raves");
    await compliance(dana)
      .getByText(/is stopped, by dana at .*: it raves/)
      .waitFor();
    await compliance(dana).getByRole("button", { name: "Resume" }).click();
    await because(dana, "mended");
    await dana
      .getByRole("dialog")
      .getByRole("alert")
      .getByText(/^Not done: needs ops-engineer/)
      .waitFor();
    const ola = await desk.open("ola", "/console/agents");
    await compliance(ola).getByRole("button", { name: "Resume" }).click();
    await because(ola, "mended");
    await compliance(ola)
      .getByText(/ola asks that it goes on, and waits for/)
      .waitFor();
    expect(await compliance(ola).innerText()).toContain("is stopped");
  });

  test("what a looser release would change is seen by who may let it pass: requests, recent decisions, what is open", async () => {
    const ola = await desk.open("ola", "/console/policies");
    const waits = ola.getByRole("region", { name: "Waits for a second person" });
    await waits.getByText("loosening").first().waitFor();
    const flips = waits.getByRole("table", { name: /recent decisions replayed/ });
    expect(await flips.getByRole("row", { name: /^escalate/ }).innerText()).toMatch(/^escalate\s+1\s+1\s+0$/);
    await waits.getByRole("link", { name: otherQuestion }).waitFor();
    const command = waits.getByText(`npx mandate policy promote ${release.slice(0, 12)}`);
    expect(await command.count()).toBe(1);
  });

  test("somebody is added by two admins; their token is shown once", async () => {
    const ana = await desk.open(ADMINS.asks, "/console/people");
    await ana.getByRole("button", { name: "Add somebody" }).click();
    const dialog = ana.getByRole("dialog");
    for (const [label, value] of [
      ["Id", "mo"],
      ["Name", "Mo Ortiz"],
      ["Role, as policies name it", "partner-manager"],
    ] as const) {
      await dialog.getByLabel(label, { exact: true }).fill(value);
    }
    await because(ana, "covers for dana");
    await dialog.getByText("A token, shown only now").waitFor();
    const token = await dialog.locator("code").innerText();
    await dialog.getByRole("button", { name: "Close" }).click();
    const seconded = ana.getByRole("region", { name: "Waits for a second admin" });
    expect(await seconded.getByRole("button", { name: "Second" }).getAttribute("aria-disabled")).toBe("true");
    const ben = await desk.open(ADMINS.seconds, "/console/people");
    await ben.getByRole("button", { name: "Second" }).click();
    await ben.getByRole("row", { name: /^mo Mo Ortiz partner-manager may log in/ }).waitFor();
    const answer = await fetch(`${desk.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toMatchObject({ personId: "mo" });
    expect(await ben.content()).not.toContain(token);
  });

  test("what proves a case is saved as one file, which the verifier takes once its records are signed; until then it is said", async () => {
    const { pool, company } = desk.system;
    const dana = await desk.open("dana", caseAt(caseId));
    const save = whole(dana).getByRole("button", { name: "Save what proves it" });
    await save.click();
    await dana
      .getByRole("alert")
      .getByText(/^Not saved: /)
      .waitFor();
    await givenCheckpoint(pool, company, company);
    const download = dana.waitForEvent("download");
    await save.click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe("case.zip");
    const folder = mkdtempSync(join(tmpdir(), "mandate-saved-"));
    try {
      unpack(readFileSync(await saved.path()), folder);
      const { outcome, findings } = await verifyBundle(folderSource(join(folder, "case")), {
        replay: replayGuardrail,
        pins: { logs: [], witnesses: [] },
      });
      expect({ outcome, findings }).toMatchObject({ outcome: "pass" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.for(["light", "dark"] as const)(
    "each of them fits 390 px, and axe finds nothing serious, %s",
    async (colorScheme) => {
      const page = await desk.open("ola", "/console", {
        viewport: { width: 390, height: 844 },
        colorScheme,
        reducedMotion: "reduce",
      });
      const views = ["story", "steps", "rules", "raw"].map((view) => caseAt(caseId, view));
      for (const path of ["operations", "agents", "policies", "people"]
        .map((name) => `/console/${name}`)
        .concat(views)) {
        await page.goto(desk.url + path);
        await page.getByRole("article").waitFor();
        const over = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect([path, over <= 0]).toEqual([path, true]);
        expect([path, await seriousFindings(page)]).toEqual([path, []]);
      }
    },
  );
});
