/** Characters of a value that are shown. */
const SHOWN_CHARS = 120;

/** What differs between two sets of named texts, as one sentence; undefined when nothing does. */
export function differenceOf(
  recorded: ReadonlyMap<string, string>,
  replayed: ReadonlyMap<string, string>,
): string | undefined {
  const names = [...new Set([...recorded.keys(), ...replayed.keys()])];
  const different = names.filter((name) => recorded.get(name) !== replayed.get(name));
  if (different.length === 0) return undefined;
  return different
    .map((name) => {
      const [was, is] = around(recorded.get(name) ?? "nothing", replayed.get(name) ?? "nothing");
      return `${name} was ${was} and comes out as ${is}`;
    })
    .join("; ");
}

/** Two texts cut to where they part. */
function around(was: string, is: string): [string, string] {
  let same = 0;
  while (same < was.length && was[same] === is[same]) same += 1;
  const from = Math.max(0, same - SHOWN_CHARS / 4);
  const shown = (text: string) => {
    const part = text.slice(from, from + SHOWN_CHARS);
    return `${from > 0 ? "…" : ""}${part}${from + SHOWN_CHARS < text.length ? "…" : ""}`;
  };
  return was.length <= SHOWN_CHARS && is.length <= SHOWN_CHARS ? [was, is] : [shown(was), shown(is)];
}
