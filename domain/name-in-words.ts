/** `listPriceMinor` as `list price`: the unit is in the value. */
export function nameInWords(name: string): string {
  return name
    .replace(/(Minor|Ppm)$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase();
}
