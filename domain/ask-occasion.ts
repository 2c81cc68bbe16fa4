/** `asked`: something was asked back and waits; `settled`: it was answered, or nobody did in time. */
type How = "asked" | "settled";

/** The occasion on which an asking back is told, by the ISO instant until which it waits or waited, such as `asked-1772614800000`. */
export function askOccasion(how: How, until: string): string {
  return `${how}-${Date.parse(until)}`;
}

/** How an asking stands by its occasion, and until when it waits in Unix ms; undefined for any other occasion. */
export function readAskOccasion(occasion: string): { readonly how: How; readonly untilMs: number } | undefined {
  const [how, untilMs] = occasion.split("-");
  return how === "asked" || how === "settled" ? { how, untilMs: Number(untilMs) } : undefined;
}
