/** A line of a bundle on its way, as `GET /v1/audit/bundle` writes it. */
type Line = { readonly path?: string; readonly base64?: string; readonly end?: object; readonly failed?: string };

/** Files from their pieces, in order; each in a folder `case`. Throws where the bundle is not whole. */
export function filesOf(lines: readonly string[]): { readonly [path: string]: Uint8Array } {
  const pieces = new Map<string, Uint8Array[]>();
  let isWhole = false;
  for (const text of lines) {
    const line = JSON.parse(text) as Line;
    if (line.failed !== undefined) throw new Error(line.failed);
    if (line.end !== undefined) isWhole = true;
    if (line.path === undefined || line.base64 === undefined) continue;
    const bytes = Uint8Array.from(atob(line.base64), (char) => char.charCodeAt(0));
    pieces.set(line.path, [...(pieces.get(line.path) ?? []), bytes]);
  }
  if (!isWhole) throw new Error("the bundle broke off");
  return Object.fromEntries([...pieces].map(([path, parts]) => [`case/${path}`, joined(parts)]));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
