/** Words of others and of agents: bounded, kept to their own box and direction, and never taken for what the console says itself. */

const MOST = 600;

/** Without what nobody sees or what turns the order of the text around it. */
export function plain(text: string): string {
  return text
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
}

/** A value that somebody else wrote, within a sentence of ours. */
export function Value({ text }: { readonly text: string }) {
  return <bdi class="value">{plain(text)}</bdi>;
}

/** A longer text of somebody else's, with whose words they are. */
export function Said({ by, text }: { readonly by: string; readonly text: string }) {
  const whole = plain(text);
  const isLong = whole.length > MOST;
  return (
    <blockquote class="said" tabIndex={0}>
      <span class="said-by">{by}</span>
      <p dir="auto">
        <bdi>{isLong ? `${whole.slice(0, MOST)}…` : whole}</bdi>
      </p>
      {isLong && (
        <details>
          <summary>All {whole.length} characters</summary>
          <p dir="auto">
            <bdi>{whole}</bdi>
          </p>
        </details>
      )}
    </blockquote>
  );
}
