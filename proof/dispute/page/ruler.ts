import type { Band, Ruler } from "../rulers.ts";
import { markup, type Html } from "./markup.ts";
import { code, table } from "./parts.ts";

const WIDTH = 720;
const LEFT = 12;
const RIGHT = WIDTH - LEFT;
/** Narrower bands and closer lines carry no text of their own: the table beside says it. */
const LABEL_WIDTH = 72;

const zones = { execute: "passes", escalate: "people decide", block: "blocked" } as const;

/** A fact among its lines, drawn, and the same as a table. */
export function rulerFigure(ruler: Ruler): Html {
  const { fact, title, value, valueText, bands, show } = ruler;
  const at = scaleOf(bands);
  const stretches = bands.map((band, place) => `${zones[band.verdict]} ${stretchText(band, place, ruler)}`);
  const label = `${fact} was ${valueText}: ${stretches.join("; ")}`;
  const columns = ["Stretch", "Verdict of the rules"].map((header) => ({ header }));
  const rows = bands.map((band, place) => [stretchText(band, place, ruler), `${band.verdict}: ${zones[band.verdict]}`]);
  return markup`<div class="keep"><h3>${code(fact)} was ${valueText}</h3>
<p>${title}; everything else as it was.</p>
<svg class="ruler" viewBox="0 0 ${WIDTH} 84" role="img" aria-label="${label}">
${bands.map((band) => bandMark(band, at))}
${linesOf(bands, at).map(({ x, line }) => lineMark(x, line === null ? "" : show(line)))}
<path class="value" d="M ${at(value)} 30 l -6 -10 h 12 z"></path>
<text x="${at(value)}" y="14" text-anchor="${anchorOf(at(value))}">${valueText}</text>
</svg></div>
${table(`What rules make of ${fact}, stretch by stretch`, columns, rows)}`;
}

/** `up to 15 %`, `over 15 %, up to 25 %`, `over 25 %`. */
function stretchText({ from, until, hasFrom, hasUntil }: Band, place: number, { bands, show }: Ruler): string {
  if (from === until) return `exactly ${show(from)}`;
  const low = place === 0 ? "" : `${hasFrom ? "from" : "over"} ${show(from)}`;
  const high = place === bands.length - 1 ? "" : `${hasUntil ? "up to" : "under"} ${show(until)}`;
  return [low, high].filter((part) => part !== "").join(", ");
}

type Scale = (value: number) => number;

function scaleOf(bands: readonly Band[]): Scale {
  const [from, until] = [bands[0]?.from ?? 0, bands.at(-1)?.until ?? 1];
  return (value) => Math.round(LEFT + ((value - from) / Math.max(1, until - from)) * (RIGHT - LEFT));
}

function bandMark({ from, until, verdict }: Band, at: Scale): Html {
  const [x, width] = [at(from), at(until) - at(from)];
  const label = markup`<text x="${Math.round(x + width / 2)}" y="48" text-anchor="middle">${zones[verdict]}</text>`;
  return markup`<rect class="band ${verdict}" x="${x}" y="30" width="${width}" height="28"></rect>
${width < LABEL_WIDTH + 24 ? markup`` : label}`;
}

/** Where bands meet; one too near the last that has its text has none. */
function linesOf(bands: readonly Band[], at: Scale): readonly { readonly x: number; readonly line: number | null }[] {
  let last = -LABEL_WIDTH;
  return bands.slice(1).map(({ from }) => {
    const x = at(from);
    if (x - last < LABEL_WIDTH) return { x, line: null };
    last = x;
    return { x, line: from };
  });
}

function lineMark(x: number, text: string): Html {
  return markup`<line class="limit" x1="${x}" x2="${x}" y1="26" y2="64"></line>
<text x="${x}" y="78" text-anchor="${anchorOf(x)}">${text}</text>`;
}

/** Text near an end of the drawing grows inwards. */
function anchorOf(x: number): string {
  if (x < LABEL_WIDTH) return "start";
  return x > WIDTH - LABEL_WIDTH ? "end" : "middle";
}
