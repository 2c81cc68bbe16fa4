/** Bounds of RFC 3492, section 5. */
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 128;
const LAST_CODE = 0x10ffff;

function adapt(delta: number, points: number, isFirst: boolean): number {
  let left = isFirst ? Math.floor(delta / DAMP) : delta >> 1;
  left += Math.floor(left / points);
  let k = 0;
  for (; left > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) left = Math.floor(left / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * left) / (left + SKEW));
}

function digit(letter: string): number {
  const value = "abcdefghijklmnopqrstuvwxyz0123456789".indexOf(letter.toLowerCase());
  return letter === "" ? -1 : value;
}

/** What a label says after its `xn--`. Undefined for what is no punycode. Source: RFC 3492, section 6.2. */
function decode(encoded: string): string | undefined {
  const end = encoded.lastIndexOf("-");
  const points = Array.from(encoded.slice(0, Math.max(end, 0)), (letter) => letter.codePointAt(0) ?? 0);
  let [code, bias, at] = [FIRST_CODE, FIRST_BIAS, 0];
  for (let place = end < 0 ? 0 : end + 1; place < encoded.length;) {
    const before = at;
    for (let [weight, k] = [1, BASE]; ; k += BASE) {
      const value = digit(encoded.charAt(place++));
      if (value < 0 || at > Number.MAX_SAFE_INTEGER / BASE) return undefined;
      at += value * weight;
      const least = k <= bias ? T_MIN : Math.min(k - bias, T_MAX);
      if (value < least) break;
      weight *= BASE - least;
    }
    const length = points.length + 1;
    bias = adapt(at - before, length, before === 0);
    code += Math.floor(at / length);
    at %= length;
    if (code > LAST_CODE) return undefined;
    points.splice(at++, 0, code);
  }
  return String.fromCodePoint(...points);
}

/** A domain as people write it: `xn--mnchen-3ya.de` is `münchen.de`. What is no punycode stays as it is. */
export function decodeDomain(domain: string): string {
  const readable = (label: string) => (label.startsWith("xn--") ? (decode(label.slice(4)) ?? label) : label);
  return domain.split(".").map(readable).join(".");
}
