import { describe, expect, test } from "vitest";
import { markupText } from "../../../proof/dispute/page/markup.ts";
import { style } from "../../../proof/dispute/page/style.ts";

/** The colours of the style sheet by name: those of the first block, with those of the block after `from` over them. */
function coloursOf(from: string | undefined): { readonly [name: string]: string } {
  const text = markupText(style);
  const blockAt = (start: number) => text.slice(start, text.indexOf("}", start));
  const read = (block: string) =>
    [...block.matchAll(/--(\w+): (#[0-9a-f]{3,6})/g)].map(([, name = "", colour = ""]) => [name, colour] as const);
  const over = from === undefined ? [] : read(blockAt(text.indexOf(":root", text.indexOf(from))));
  return Object.fromEntries([...read(blockAt(text.indexOf(":root"))), ...over]);
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const full = colour.length === 4 ? colour.slice(1).replaceAll(/./g, "$&$&") : colour.slice(1);
  const parts = [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const inks = ["ink", "soft", "link", "execute", "escalate", "block"];
const grounds = ["page", "card", "head", "note", "warning", "mark"];

describe("every ink on every ground it may stand on has at least 4.5 to 1 (WCAG 2.2, 1.4.3)", () => {
  test.for([
    ["in light", undefined],
    ["in dark", "prefers-color-scheme: dark"],
    ["in print", "@media print"],
  ] as const)("%s", ([, from]) => {
    const colours = coloursOf(from);
    const pairs = inks.flatMap((ink) => grounds.map((ground) => [ink, ground] as const));
    const weak = pairs.filter(([ink, ground]) => contrast(colours[ink] ?? "#000", colours[ground] ?? "#000") < 4.5);
    expect(weak).toEqual([]);
  });
});
