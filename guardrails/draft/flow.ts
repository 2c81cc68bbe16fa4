import { stringify } from "yaml";

/** A text as it stands inside brackets: in quotes where it could be read as anything else. */
function textIn(value: string): string {
  const isPlain = /^[A-Za-z0-9](?:[\w .%-]*[\w%])?$/.test(value) && stringify(value).trimEnd() === value;
  return isPlain ? value : JSON.stringify(value);
}

/** Plain data on one line, in the layout that policies are written in: `{ for: [a, b] }`. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (typeof value === "string") return textIn(value);
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${flowText(inner)}`)
    .join(", ")} }`;
}
