/**
 * A text in the form in which claims are looked for, with where each of its characters comes from. Lower case, no accents, look-alike
 * letters of other alphabets as Latin ones, nothing invisible, one space between words; a blank line is a line break.
 */
export type Normal = {
  readonly text: string;
  /** By character of `text`: where what it stands for begins in the text as written, and where it ends. UTF-16 units. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
};

/** One character of the normal form, or what it is written as. */
type Unit = { readonly char: string; readonly from: number; readonly to: number };

function table(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(/\s+/).map((pair) => [pair.charAt(0), pair.slice(2)] as const));
}

/** Letters of other alphabets that look like Latin ones, and letters that decomposition leaves as they are. */
const latin = table(
  "а=a е=e о=o р=p с=c у=y х=x ѕ=s і=i ј=j һ=h ԁ=d ԛ=q ԝ=w ӏ=l к=k м=m т=t в=b н=h г=r п=n " +
    "α=a ο=o ν=v ρ=p ι=i κ=k τ=t υ=u χ=x ε=e η=n ω=w γ=y β=b ı=i ø=o ł=l đ=d ɡ=g ɑ=a",
);
const written = new Map([
  ...table('ß=ss æ=ae œ=oe ’=\' ‘=\' ‚=\' ′=\' “=" ”=" „=" «=" »=" –=- —=- ‐=- ‑=- ‒=- −=-'),
  ["…", "..."],
] as const);
/** Digits and signs that stand for a letter in the middle of a word. */
const leet = table("0=o 1=i 3=e 4=a 5=s 7=t @=a $=s");

const UNSEEN = /[\p{Cf}\p{M}\p{Variation_Selector}\u115f\u1160\u3164\uffa0]|(?![\t\n\v\f\r\u0085])\p{Cc}/u;
const MARKUP = /[*_`~]/;
const SPACE = /[\s\u0085\p{Z}]/u;
const LETTER = /^[a-z]$/;

/** Whether a letter of another alphabet is taken for a Latin one. */
export function looksLatin(letter: string): boolean {
  const plain = letter.toLowerCase();
  return !/\p{Script=Latin}/u.test(plain) && latin.has(plain);
}

/** A character in plain writing: compatibility forms folded, look-alikes and accents gone. Some are several, some none. */
export function plainly(char: string): string {
  if (UNSEEN.test(char)) return "";
  const known = written.get(char);
  if (known !== undefined) return known;
  const folded = char.normalize("NFKD").toLowerCase().replaceAll(/\p{M}/gu, "");
  return Array.from(folded, (each) => written.get(each) ?? latin.get(each) ?? each).join("");
}

/** Every character in plain writing; white space is a space, and each line break a line break. */
function unitsOf(text: string): Unit[] {
  const units: Unit[] = [];
  let from = 0;
  for (const char of text) {
    const to = from + char.length;
    if (char === "\n" || char === "\u2029") units.push({ char: "\n", from, to });
    else if (SPACE.test(char)) units.push({ char: " ", from, to });
    else for (const each of plainly(char)) units.push({ char: each, from, to });
    from = to;
  }
  return units;
}

const isLetter = (unit: Unit | undefined) => unit !== undefined && LETTER.test(unit.char);

/** Without the hyphen at a line's end within a word, and without the signs of markup about letters. */
function unbroken(units: readonly Unit[]): Unit[] {
  const kept: Unit[] = [];
  for (let at = 0; at < units.length; at += 1) {
    const unit = units[at] as Unit;
    if (MARKUP.test(unit.char)) continue;
    let next = at + 1;
    if (unit.char === "-" && isLetter(kept.at(-1))) {
      while (units[next]?.char === " ") next += 1;
      if (units[next]?.char === "\n") {
        while (units[next]?.char === " " || units[next]?.char === "\n") next += 1;
        if (isLetter(units[next])) {
          at = next - 1;
          continue;
        }
      }
    }
    kept.push(unit);
  }
  return kept;
}

/** White space as one space, or as a line break where a line is blank. */
function spaced(units: readonly Unit[]): Unit[] {
  const kept: Unit[] = [];
  for (let at = 0; at < units.length; at += 1) {
    const unit = units[at] as Unit;
    if (unit.char !== " " && unit.char !== "\n") {
      kept.push(unit);
      continue;
    }
    let breaks = 0;
    let end = at;
    for (; units[end]?.char === " " || units[end]?.char === "\n"; end += 1) if (units[end]?.char === "\n") breaks += 1;
    kept.push({ char: breaks > 1 ? "\n" : " ", from: unit.from, to: units[end - 1]?.to ?? unit.to });
    at = end - 1;
  }
  return kept;
}

/** Fewer letters that stand by themselves are initials. */
const SPELLED_LETTERS = 5;

/** Words written letter by letter, `g u a r a n t e e`, as words. */
function joined(units: readonly Unit[]): Unit[] {
  const kept: Unit[] = [];
  for (let at = 0; at < units.length; at += 1) {
    let end = at;
    const separator = units[at + 1]?.char ?? "";
    if (isLetter(units[at]) && !isLetter(kept.at(-1)) && [" ", ".", "-", ","].includes(separator)) {
      while (
        isLetter(units[end]) &&
        units[end + 1]?.char === separator &&
        isLetter(units[end + 2]) &&
        !isLetter(units[end + 3])
      )
        end += 2;
    }
    const isSpelled = (end - at) / 2 + 1 >= SPELLED_LETTERS && !isLetter(units[end + 1]);
    if (!isSpelled) {
      kept.push(units[at] as Unit);
      continue;
    }
    for (let letter = at; letter <= end; letter += 2) kept.push(units[letter] as Unit);
    at = end;
  }
  return kept;
}

/** At most two signs in a row that stand for letters are read as such, where letters are on both sides. */
function lettered(units: readonly Unit[]): Unit[] {
  return units.map((unit, at) => {
    const letter = leet.get(unit.char);
    if (letter === undefined) return unit;
    const before = isLetter(units[at - 1]) || (leet.has(units[at - 1]?.char ?? "") && isLetter(units[at - 2]));
    const after = isLetter(units[at + 1]) || (leet.has(units[at + 1]?.char ?? "") && isLetter(units[at + 2]));
    return before && after ? { ...unit, char: letter } : unit;
  });
}

/** A hyphen within a word as a space, or as nothing. */
function hyphensAs(units: readonly Unit[], instead: " " | ""): readonly Unit[] {
  return units.flatMap((unit, at) => {
    if (unit.char !== "-" || !isLetter(units[at - 1]) || !isLetter(units[at + 1])) return [unit];
    return instead === "" ? [] : [{ ...unit, char: instead }];
  });
}

function normalOf(units: readonly Unit[]): Normal {
  return {
    text: units.map(({ char }) => char).join(""),
    // A character of two UTF-16 units has its place for both.
    starts: units.flatMap(({ char, from }) => Array.from({ length: char.length }, () => from)),
    ends: units.flatMap(({ char, to }) => Array.from({ length: char.length }, () => to)),
  };
}

/** A text's normal form; two of them where words are hyphenated, with the parts as words and as one. Linear in the text. */
export function normalForms(text: string): readonly Normal[] {
  const units = lettered(joined(spaced(unbroken(unitsOf(text)))));
  const apart = hyphensAs(units, " ");
  const together = hyphensAs(units, "");
  return together.length === units.length ? [normalOf(apart)] : [normalOf(apart), normalOf(together)];
}

/** Where a stretch of the normal form stands in the text as written. */
export function spanIn({ starts, ends }: Normal, from: number, to: number): readonly [number, number] {
  return [starts[from] ?? 0, ends[to - 1] ?? 0];
}
