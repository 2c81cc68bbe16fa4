import type { EscalationShown } from "../gateway/http/escalations.ts";

type Ruler = NonNullable<EscalationShown["card"]["ruler"]>;

const does = { execute: "passes", escalate: "asks people", block: "is blocked" } as const;

/** From what passes to what is blocked, with the value on it; the same in words beside it. For the eye: nothing is decided by it. */
export function RulerOf({ ruler }: { readonly ruler: Ruler }) {
  const { from, to, at, bands, name } = ruler;
  const place = (value: number) => ((value - from.value) * 1_000) / (to.value - from.value);
  const last = bands.length - 1;
  const words = bands
    .map(({ verdict, to: end }, nth) =>
      nth === last ? `${does[verdict]} above` : `${does[verdict]} up to ${end.text}`,
    )
    .join(", ");
  return (
    <figure class="ruler">
      <svg viewBox="0 0 1000 64" role="img" aria-label={`${name} ${at.text}: ${words}`} preserveAspectRatio="none">
        {bands.map((band) => (
          <rect
            key={band.to.value}
            class={`band ${band.verdict}`}
            x={place(band.from.value)}
            y="24"
            width={Math.max(0, place(band.to.value) - place(band.from.value))}
            height="16"
          />
        ))}
      </svg>
      <span class="dot" style={{ left: `${place(at.value) / 10}%` }} aria-hidden="true" />
      <figcaption>
        <strong>
          {name} {at.text}
        </strong>
        : {words}
      </figcaption>
    </figure>
  );
}
