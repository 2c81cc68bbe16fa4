/** So many digits are always kept by a double. */
const SAFE_DIGITS = 15;

/**
 * Whether reading this JSON number changes it: `150000.00000000001` and `9007199254740993` would come out as their
 * neighbours. Text that is no JSON number is left to `JSON.parse`.
 */
export function isExact(numeral: string): boolean {
  if (numeral.length <= SAFE_DIGITS && /^-?\d+$/.test(numeral)) return true;
  const written = decimalOf(numeral);
  if (written === undefined) return true;
  const read = decimalOf(String(Number(numeral)));
  return read !== undefined && read.digits === written.digits && read.scale === written.scale;
}

const shape = /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;

/** Significant digits without zeros at either end, and the power of ten of the last one. Zero has no digits. */
function decimalOf(numeral: string): { readonly digits: string; readonly scale: bigint } | undefined {
  const [, whole, fraction = "", exponent = "0"] = shape.exec(numeral) ?? [];
  if (whole === undefined) return undefined;
  const all = `${whole}${fraction}`;
  const digits = all.replace(/^0+/, "").replace(/0+$/, "");
  if (digits === "") return { digits, scale: 0n };
  const zeros = all.length - all.replace(/0+$/, "").length;
  return { digits, scale: BigInt(exponent) - BigInt(fraction.length) + BigInt(zeros) };
}
