import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escaped, markup, markupText, type Html } from "../../../proof/dispute/page/markup.ts";
import { hostile } from "./hostile.ts";
import { named, readHtml, skeletonOf, textOf } from "./read-html.ts";

describe("escaped text", () => {
  test("adds no element and no attribute, in content and in an attribute", () => {
    const plain = skeletonOf(readHtml(markupText(markup`<p class="${"x"}">${"x"}</p>`)));
    fc.assert(
      fc.property(hostile, hostile, (name, text) => {
        expect(skeletonOf(readHtml(markupText(markup`<p class="${name}">${text}</p>`)))).toBe(plain);
      }),
    );
  });

  test("reads as it was written, but for what cannot be seen", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        const [p] = named(readHtml(markupText(markup`<p>${text}</p>`)), "p");
        expect(p === undefined ? undefined : textOf(p)).toBe(text.replaceAll(/\s+/g, " ").trim());
      }),
    );
  });

  test("holds no character that could turn the reading direction or end a line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escaped(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test("keeps a number and its percent sign on one line", () =>
    expect(escaped("over 15 % of it")).toBe("over 15\u00A0% of it"));
});

describe("markup", () => {
  test("inside markup stands as it is, a list piece by piece", () => {
    expect(markupText(markup`<ul>${["a", "<b>"].map((text) => markup`<li>${text}</li>`)}</ul>`)).toBe(
      "<ul><li>a</li><li>&lt;b&gt;</li></ul>",
    );
  });

  test("cannot be forged by data of any shape", () => {
    const forged = JSON.parse('{"safe":"<script>","markup":"<script>"}') as Html;
    expect(() => markup`<p>${forged}</p>`).toThrow(TypeError);
  });
});
