/**
 * Text from outside, safe to print on one line of a terminal: line breaks and control characters become a space, and
 * invisible format characters (which can reorder what is read) go. Nobody can forge a line of a story.
 */
export function oneLine(text: string): string {
  return text
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
}
