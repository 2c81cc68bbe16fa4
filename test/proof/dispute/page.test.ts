import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policyNameOf, type CaseFile } from "../../../audit/case-file.ts";
import { textAt } from "../../../audit/story/loose.ts";
import { disputeOf } from "../../../proof/dispute/dispute.ts";
import { disputePage } from "../../../proof/dispute/page/page.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import { versioned } from "../../../deciding/policies.ts";
import { shippingPolicy } from "../../fixtures/foreign-policy.ts";
import { answered, decided, done, fileOf, quoteCase } from "./case-fixture.ts";
import { hostile } from "./hostile.ts";
import { elementsOf, named, readHtml, skeletonOf, textOf, type Element } from "./read-html.ts";

function pageOf(file: CaseFile): Element {
  const decision = file.records.find(({ kind }) => kind === "decision");
  const dispute = disputeOf(file, textAt(decision?.body ?? {}, "decisionId"));
  if (dispute === undefined) throw new Error("no such decision");
  return readHtml(disputePage(dispute));
}

const approved = () => quoteCase(180_000, [...answered("approve"), ...done()]);

describe("the page", () => {
  test("says everything in the order in which somebody who has to settle it asks", async () => {
    const titles = named(await approved().then(pageOf), "h2").map(textOf);
    expect(titles.map((title) => title.replace(/^\d+ /, ""))).toEqual([
      "Contents",
      "What was asked",
      "What both companies may see",
      "The verdict and its reason",
      "The facts, as they were read",
      "The reasoning, as stated",
      "The review by Compliance",
      "The rules, with the values they read",
      "The limits, as they stood",
      "Who was asked, and what they answered",
      "What was done",
      "The smallest change that would have changed the verdict",
      "Receipts",
      "What was erased or withheld",
      "What this record cannot prove",
      "Timeline of all records",
    ]);
  });

  test("every cited record is in the timeline, and every record of the case is", async () => {
    const file = await approved();
    const page = pageOf(file);
    const ids = elementsOf(page).flatMap(({ attributes }) => attributes["id"] ?? []);
    const cited = named(page, "a").flatMap(({ attributes }) => attributes["href"] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(cited.map((href) => href.replace(/^#/, ""))));
    expect(ids).toEqual(expect.arrayContaining(file.records.map(({ n }) => `record-${n}`)));
  });

  test("says what the record cannot prove", async () => {
    const text = textOf(pageOf(await approved()));
    expect(text).toContain("An event that was never recorded.");
    expect(text).toContain("That the inputs were true.");
    expect(text).toContain("Anything, if all who hold keys work together.");
  });

  test("records that do not hold are a warning at the top", async () => {
    const [header] = named(pageOf({ ...(await approved()), intact: false }), "header");
    expect(header === undefined ? "" : textOf(header)).toContain("THE RECORDS DO NOT HOLD");
  });
});

describe("anyone can read it", () => {
  test("it names its language, its title and its parts", async () => {
    const page = pageOf(await approved());
    expect(named(page, "html")[0]?.attributes["lang"]).toBe("en");
    expect(named(page, "title").map(textOf)).toEqual([
      "dec_1: partner-7, selling, asks 18 % off 100,000.00 USD on quote Q-1001",
    ]);
    expect(named(page, "header", "nav", "main", "footer").map(({ name }) => name)).toEqual([
      "header",
      "nav",
      "main",
      "footer",
    ]);
  });

  test("headings go down one level at a time, from one h1", async () => {
    const levels = named(pageOf(await approved()), "h1", "h2", "h3", "h4", "h5", "h6").map(({ name }) =>
      Number(name[1]),
    );
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.every((level, at) => level - (levels[at - 1] ?? 0) <= 1)).toBe(true);
  });

  test("every table has a caption, every header cell a scope and words", async () => {
    const page = pageOf(await approved());
    const tables = named(page, "table");
    expect(tables.length).toBeGreaterThan(8);
    expect(tables.filter((table) => textOf(named(table, "caption")[0] ?? table) === "")).toEqual([]);
    const heads = named(page, "th");
    expect(heads.filter((head) => !["col", "row"].includes(head.attributes["scope"] ?? ""))).toEqual([]);
    expect(heads.filter((head) => textOf(head) === "")).toEqual([]);
  });

  test("a drawing has its words, and a table that says the same", async () => {
    const [drawing] = named(pageOf(await approved()), "svg");
    expect([drawing?.attributes["role"], drawing?.attributes["aria-label"]]).toEqual([
      "img",
      "effectiveDiscount was 18 %: passes up to 15 %; people decide over 15 %, up to 25 %; blocked over 25 %".replaceAll(
        " %",
        "\u00A0%",
      ),
    ]);
  });
});

describe("it loads nothing and runs nothing", () => {
  test("its policy allows its one style alone", async () => {
    const metas = named(pageOf(await approved()), "meta").map(({ attributes }) => attributes);
    const policy = metas.find((meta) => meta["http-equiv"] === "Content-Security-Policy")?.["content"];
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'$/,
    );
  });

  test("hostile text in any field whatever adds no element that could act and no address outside the page", async () => {
    const file = await approved();
    fc.assert(
      fc.property(hostile, fc.nat(), (text, pick) => {
        expect(dangersIn(pageOf(poisoned(file, text, pick)))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test.for(["<script>", ""])("`%s` in each field in turn is told like any other", async (text) => {
    const file = await approved();
    const fields = countStrings(file.records.map(({ body }) => body));
    for (let pick = 0; pick < fields; pick += 1) expect(dangersIn(pageOf(poisoned(file, text, pick)))).toEqual([]);
  });

  test("hostile words in a policy are words", async () => {
    const { policy } = shippingPolicy();
    const facts = { hours: 60, worth: 12_000, isCleared: true };
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const words = text.replaceAll(/\p{Cs}/gu, "?");
        const rules = policy.rules.map((rule) => ({ ...rule, reason: words.replaceAll(/[{}]/g, "") }));
        const said = versioned({ ...policy, rules, facts: policy.facts.map((fact) => ({ ...fact, title: words })) });
        const decision = await decided(said.policy, said.version, facts);
        const file = fileOf([decision], { [policyNameOf("shipping", said.version)]: said.document });
        expect(dangersIn(pageOf(file))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test("hostile text in what people, models and systems write leaves the page's structure as it was", async () => {
    const file = await approved();
    const plain = skeletonOf(pageOf(spoken(file, "x")));
    fc.assert(
      fc.property(hostile, (text) => {
        const said = `x${text.replaceAll("\n", "").slice(0, 60)}x`;
        expect(skeletonOf(pageOf(spoken(file, said))) === plain).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

/** What a page of ours may hold; anything else was added. */
const elements = new Set(
  "html head meta title style body a header p h1 h2 h3 h4 strong dl div dt dd code nav ol li main section span table caption thead tbody tr th td time em blockquote ul pre br svg rect text line path footer details summary".split(
    " ",
  ),
);
const attributes = new Set(
  "lang charset http-equiv content name class href id aria-label aria-labelledby role tabindex scope datetime viewbox x y x1 x2 y1 y2 width height d text-anchor".split(
    " ",
  ),
);

function dangersIn(page: Element): string[] {
  const all = elementsOf(page);
  const strange = all.filter(({ name }) => !elements.has(name)).map(({ name }) => `<${name}>`);
  const extra = all.flatMap((element) => Object.keys(element.attributes).filter((name) => !attributes.has(name)));
  const hrefs = all.flatMap((element) => element.attributes["href"] ?? []);
  const leading = hrefs.filter((href) => !/^#[a-z]+(-\d+)?$/.test(href));
  const styles = named(page, "style").length === 1 ? [] : ["more than one <style>"];
  return [...strange, ...extra, ...leading, ...styles];
}

/** One string of the records, at any depth and under any name, replaced. `pick` chooses which. */
function poisoned(file: CaseFile, text: string, pick: number): CaseFile {
  const bodies = file.records.map(({ body }) => body);
  const count = countStrings(bodies);
  let left = pick % (count + 4);
  const swap = (value: Json): Json => mapStrings(value, (one) => (left-- === 0 ? text : one));
  const records = file.records.map((record) => ({ ...record, body: swap(record.body) as JsonObject }));
  if (pick % (count + 4) < count) return { ...file, records };
  return {
    ...file,
    records: file.records.map((record) => ({ ...record, key: text, at: text, digest: text, erased: text })),
  };
}

/** Everything that somebody wrote freely. */
const free = new Set(
  "reasoning statement reason name by source ref version personId role externalRef detail model requester partner deal quoteId requestedBy object".split(
    " ",
  ),
);

function spoken(file: CaseFile, text: string): CaseFile {
  const swap = (value: Json, name = ""): Json => {
    if (typeof value === "string") return free.has(name) ? text : value;
    if (Array.isArray(value)) return value.map((item: Json) => swap(item, name));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, key === "policy" ? inner : swap(inner, key)]),
    );
  };
  return { ...file, records: file.records.map((record) => ({ ...record, body: swap(record.body) as JsonObject })) };
}

function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item: Json) => mapStrings(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapStrings(inner, change)]));
}

function countStrings(value: Json): number {
  let count = 0;
  mapStrings(value, (text) => {
    count += 1;
    return text;
  });
  return count;
}
