import { execFile } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { disputeOf } from "../../../proof/dispute/dispute.ts";
import { disputePage } from "../../../proof/dispute/page/page.ts";
import { answered, done, quoteCase } from "./case-fixture.ts";
import { elementsOf, named, readHtml, textOf } from "./read-html.ts";

const browser = findBrowser();
const folder = mkdtempSync(join(tmpdir(), "dispute-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function findBrowser(): string | undefined {
  const places = (process.env["PATH"] ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return places.flatMap((place) => names.map((name) => join(place, name))).find((path) => canRun(path));
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The page as the browser holds it once everything on it has run. */
async function openedInBrowser(page: string): Promise<string> {
  const path = join(folder, "page.html");
  writeFileSync(path, page);
  const options = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${join(folder, "profile")}`];
  const { stdout } = await promisify(execFile)(browser ?? "", [...options, "--dump-dom", pathToFileURL(path).href]);
  return stdout;
}

/** A case in which everybody writes what a browser might take for markup. */
async function hostilePage(): Promise<string> {
  const attack = `"'><script>document.title="owned"</script><img src=x onerror='document.title="owned"'><!--`;
  const file = await quoteCase(180_000, [...answered("approve", { reason: attack, personId: attack }), ...done()], {
    facts: { partner: "<b>p</b>", requester: "<i onclick=x>" },
    decision: { body: { requestedBy: attack } },
  });
  const dispute = disputeOf(file, "dec_1");
  if (dispute === undefined) throw new Error("no dispute");
  return disputePage(dispute);
}

describe.skipIf(browser === undefined)("in a real browser (skipped where none is installed)", () => {
  test("the page holds the elements that were written and no other, and nothing has run", async () => {
    const page = await hostilePage();
    const [written, shown] = [readHtml(page), readHtml(await openedInBrowser(page))];
    const names = (root: typeof written) =>
      elementsOf(root).map(({ name, attributes }) => [name, ...Object.keys(attributes)]);
    expect(names(shown)).toEqual(names(written));
    expect(named(shown, "title").map(textOf)).toEqual(named(written, "title").map(textOf));
  });
});
