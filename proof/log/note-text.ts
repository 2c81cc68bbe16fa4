/** Bytes of RFC 4648 base64 written the one canonical way (padded, no stray bits), else undefined. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** A non-negative integer written in decimal without leading zeroes, up to 2^53 - 1, else undefined. */
export function parseDecimal(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Where the first ASCII control character other than a newline stands (from 0), or undefined. */
export function controlAt(text: string): number | undefined {
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) < 0x20 && text[at] !== "\n") return at;
  }
  return undefined;
}
