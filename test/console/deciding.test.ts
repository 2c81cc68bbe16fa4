import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseEscalation } from "../../audit/ledgers/escalations.ts";
import { quoteDeskSays } from "../fixtures/programme.ts";
import { chromiumPath, inBrowser } from "./chromium.ts";
import { screen, seriousFindings, startDesk, type Desk } from "./desk.ts";

/** The buttons that something else lies over while the card is scrolled under them. */
const coveredButtons = `(() => {
  const covered = new Set();
  for (let top = 0; top <= document.documentElement.scrollHeight; top += 40) {
    scrollTo(0, top);
    for (const button of document.querySelectorAll(".actions button")) {
      const { x, y, width, height } = button.getBoundingClientRect();
      for (const share of [0.2, 0.5, 0.8]) {
        if (!button.contains(document.elementFromPoint(x + width * share, y + height / 2))) covered.add(button.textContent);
      }
    }
  }
  scrollTo(0, 0);
  return [...covered];
})()`;

const questionAt = (escalationId: string) => `/console/e/${escalationId}`;
const card = (page: Page) => page.getByRole("article");
const stateOf = async ({ system }: Desk, escalationId: string) => {
  const { rows } = await system.pool.query<{ state: string }>("select state from escalation where escalation_id = $1", [
    escalationId,
  ]);
  return rows[0]?.state;
};

/** Types why into the dialog that is open, and sends it, without the mouse. */
async function giveReason(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.locator("textarea").fill(reason);
  await dialog.locator("textarea").press("Enter");
  await dialog.waitFor({ state: "hidden" });
}

describe.skipIf(chromiumPath === undefined)(`the console, ${inBrowser}`, () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk();
  });
  afterAll(() => desk?.stop());

  test("two people on one question see each other; who is later is told who decided what, and nothing is decided twice", async () => {
    const escalationId = await desk.ask("5101");
    const [dana, erin] = await Promise.all([
      desk.open("dana", questionAt(escalationId)),
      desk.open("erin", questionAt(escalationId)),
    ]);
    await dana.getByText("erin is looking at it too").waitFor();
    await erin.getByText("dana is looking at it too").waitFor();
    await erin.keyboard.press("r");
    await erin.getByRole("dialog").locator("textarea").fill("too much");
    await dana.keyboard.press("a");
    await giveReason(dana, "known partner");
    // Erin's screen follows by itself; what she had begun goes out with the version that she saw.
    await erin.getByText("Approved; it counts from").waitFor();
    await erin.getByRole("dialog").locator("textarea").press("Enter");
    await erin.getByRole("alert").getByText("Not done. dana approved it").first().waitFor();
    expect(await erin.getByRole("alert").first().innerText()).toContain("“known partner”");
    expect(await stateOf(desk, escalationId)).toMatch(/^(committing|approved|executed)$/);
  });

  test("an approval is undone within its ten seconds, and nothing was done", async () => {
    const escalationId = await desk.ask("5102");
    const dana = await desk.open("dana", questionAt(escalationId));
    await card(dana).waitFor();
    await dana.keyboard.press("a");
    await giveReason(dana, "too quick");
    await dana.getByRole("button", { name: /^Undo \(\d+ s\)/ }).waitFor();
    await dana.keyboard.press("z");
    await dana.getByText("partner-manager answers in").waitFor();
    expect(await stateOf(desk, escalationId)).toBe("open");
    const { approvals } = await quoteDeskSays(desk.system.pool, desk.system.company);
    expect(approvals.map((one) => one.quote_id)).not.toContain("Q-5102");
  });

  test("what expired is never shown as rejected", async () => {
    const escalationId = await desk.ask("5103");
    const { pool, company } = desk.system;
    for (const [level, days] of [30, 900].entries()) {
      const at = new Date(Date.now() + days * 86_400_000).toISOString();
      await raiseEscalation(pool, { company, escalationId, at }, level);
    }
    const dana = await desk.open("dana", questionAt(escalationId));
    await dana.getByText("Expired: nobody answered in time. Nobody rejected it, and nothing was done.").waitFor();
    expect(
      await card(dana)
        .getByText(/^Rejected/)
        .count(),
    ).toBe(0);
    expect(await card(dana).getByRole("button", { name: "Approve" }).count()).toBe(0);
  });

  test("with the keyboard alone: move, open, edit with the rules' word before it is sent, reject with a reason", async () => {
    const [first, second] = [await desk.ask("5104"), await desk.ask("5105")];
    const dana = await desk.open("dana", "/console?q=5104");
    await dana.getByText("1 left").waitFor();
    await dana.keyboard.press("j");
    await dana.keyboard.press("Enter");
    await card(dana).waitFor();
    expect(new URL(dana.url()).pathname).toBe(questionAt(first));
    await dana.keyboard.press("e");
    const price = dana.getByRole("dialog").getByLabel(/net price/);
    for (const [amount, said] of [
      ["90000.00", "Asks people"],
      ["70000.00", "Blocked: Effective discount 30 %"],
      ["84000.00", "Your edit counts as your approval."],
    ] as const) {
      await price.fill(amount);
      await dana.getByRole("dialog").getByText(said).waitFor();
    }
    await screen(dana, "edit");
    await giveReason(dana, "less will do");
    await expect.poll(() => stateOf(desk, first)).toBe("superseded");
    await dana.goto(desk.url + questionAt(second));
    await card(dana).waitFor();
    await dana.keyboard.press("r");
    await dana.getByRole("dialog").getByLabel("evidence is missing").check();
    await giveReason(dana, "send the competitor's offer");
    await dana.getByText("evidence is missing: send the competitor's offer").first().waitFor();
    await dana.getByText("Everything that was read, and what is bound").click();
    await dana.getByRole("link", { name: "The whole case" }).click();
    await dana
      .getByRole("article", { name: "The whole case" })
      .getByText("send the competitor's offer")
      .first()
      .waitFor();
    expect(await stateOf(desk, second)).toBe("rejected");
    await dana.keyboard.press("?");
    await dana.getByRole("dialog").getByText("Single keys are on").waitFor();
  });

  test("at 390 px nothing lies beyond the edge and what one answers with is under the thumb; axe finds nothing serious, light or dark", async () => {
    const escalationId = await desk.ask("5106");
    for (const colorScheme of ["light", "dark"] as const) {
      for (const [name, viewport] of [
        ["phone", { width: 390, height: 844 }],
        ["desk", { width: 1280, height: 900 }],
      ] as const) {
        const page = await desk.open("dana", questionAt(escalationId), {
          viewport,
          colorScheme,
          reducedMotion: "reduce",
        });
        await card(page).waitFor();
        expect(await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        const box = await page.getByRole("button", { name: "Approve" }).boundingBox();
        expect(box!.y + box!.height).toBeLessThanOrEqual(viewport.height);
        expect(await page.evaluate<string[]>(coveredButtons)).toEqual([]);
        expect(await seriousFindings(page)).toEqual([]);
        if (name === "desk" && colorScheme === "light") await screen(page, "card-desk-light");
        if (name === "phone" && colorScheme === "dark") await screen(page, "card-phone-dark");
      }
    }
  });

  test("a question that is not one's own to answer says why on the button; a company of others has no screen", async () => {
    const escalationId = await desk.ask("5107", 180_000, { quote_requested_by: "erin" });
    const erin = await desk.open("erin", questionAt(escalationId));
    const approve = card(erin).getByRole("button", { name: "Approve" });
    expect(await approve.getAttribute("aria-disabled")).toBe("true");
    await erin.getByText("a request is never answered by who made it").first().waitFor();
    await erin.keyboard.press("a");
    await erin.getByRole("dialog").getByText("a request is never answered by who made it").waitFor();
    expect(await stateOf(desk, escalationId)).toBe("open");
    const stranger = await desk.browser.newContext();
    const page = await stranger.newPage();
    await page.goto(`${desk.url}/console`);
    await page.getByRole("button", { name: /^Dana/ }).waitFor();
    expect(await page.getByRole("button", { name: /^Juniper/ }).count()).toBe(0);
    await page.getByLabel("Your token").fill(`token-${desk.system.company}-juniper`);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("navigation", { name: "Questions" }).count()).toBe(0);
    await stranger.close();
  });

  test("words of others are text: they run nothing, turn no order and stay in their box", async () => {
    const evil = `Q-1"><img src=x onerror="document.title='owned'">\u202E<b>Approved</b>`;
    const escalationId = await desk.ask("5108", 180_000, { quote_id: evil.slice(0, 60) });
    const dana = await desk.open("dana", questionAt(escalationId));
    const title = card(dana).getByRole("heading", { level: 2 });
    await title.waitFor();
    expect(await title.locator("img, b").count()).toBe(0);
    expect(await title.innerText()).not.toContain("\u202E");
    expect(await dana.title()).toBe("Mandate");
    const [outer, inner] = [await card(dana).boundingBox(), await title.boundingBox()];
    expect(inner!.width).toBeLessThanOrEqual(outer!.width);
  });

  test("no GET decides: neither a link that a scanner opens, nor a route that is asked by one", async () => {
    const escalationId = await desk.ask("5109");
    const dana = await desk.open("dana", questionAt(escalationId));
    await card(dana).waitFor();
    for (const path of [questionAt(escalationId), `/v1/escalations/${escalationId}/approve`, "/v1/logout"]) {
      const status = await dana.evaluate(async (to) => (await fetch(to)).status, path);
      expect([200, 405]).toContain(status);
    }
    expect(await stateOf(desk, escalationId)).toBe("open");
  });

  test("several at once: what stands out is left out, the money is on the button, each has an answer of its own", async () => {
    const ids = [await desk.ask("5201"), await desk.ask("5202"), await desk.ask("5203")];
    const dana = await desk.open("dana", "/console?group=rule&q=520");
    await dana.getByRole("button", { name: "Review together" }).click();
    await screen(dana, "group");
    await dana.getByRole("button", { name: "Approve 3 (54,000.00 USD), leave 0" }).waitFor();
    await dana.getByRole("dialog").getByRole("checkbox").first().uncheck();
    await dana.getByRole("dialog").locator("textarea").fill("the same programme");
    await dana.getByRole("button", { name: "Approve 2 (36,000.00 USD), leave 1" }).click();
    await dana.getByText("What came of each").waitFor();
    const states = await Promise.all(ids.map((id) => stateOf(desk, id)));
    expect(states.filter((state) => state !== "open")).toHaveLength(2);
  });

  test("the first load is small, comes with a strict policy, and again as nothing where it is the same", async () => {
    const get = (name: string, headers = {}) => fetch(desk.url + name, { headers });
    const names = ["/console", "/console/assets/main.js", "/console/assets/main.css"];
    const sizes = await Promise.all(
      names.map(async (name) => gzipSync(Buffer.from(await (await get(name)).arrayBuffer())).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000);
    const page = await get("/console");
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(await page.text()).not.toMatch(/<script(?![^>]* src=)|\son\w+=/);
    expect((await get("/console", { "if-none-match": page.headers.get("etag") ?? "" })).status).toBe(304);
  });
});
