import type { EscalationView } from "../gateway/http/escalations.ts";

type Money = NonNullable<EscalationView["about"]["money"]>;

/** `71,000.00 USD`, and per currency where there are several. Whole minor units are added; nothing is converted. */
export function totalText(views: readonly Pick<EscalationView, "about">[]): string {
  const sums = new Map<string, { minor: bigint; like: Money }>();
  for (const { about } of views) {
    if (about.money === null) continue;
    const before = sums.get(about.money.currency);
    sums.set(about.money.currency, { minor: (before?.minor ?? 0n) + BigInt(about.money.minor), like: about.money });
  }
  return [...sums.values()].map(({ minor, like }) => writtenLike(minor, like)).join(" + ");
}

/** In the form that the gateway writes this currency in: as many decimals as its own text has. */
function writtenLike(minor: bigint, { text, currency }: Money): string {
  const digits = /\.(\d+) /.exec(text)?.[1]?.length ?? 0;
  const all = minor.toString().padStart(digits + 1, "0");
  const whole = all.slice(0, all.length - digits).replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return `${whole}${digits === 0 ? "" : `.${all.slice(-digits)}`} ${currency}`;
}

/** Those whose amount is more than twice the middle one of their group: they are looked at one by one. */
export function outliers(views: readonly EscalationView[]): ReadonlySet<string> {
  const amounts = views.flatMap(({ about }) => (about.money === null ? [] : [about.money.minor]));
  const sorted = amounts.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined || views.length < 3) return new Set();
  return new Set(
    views
      .filter(({ about }) => about.money !== null && about.money.minor > 2 * middle)
      .map(({ escalationId }) => escalationId),
  );
}

/** Questions that the same rules ask about the same kind of action. */
export function groupsOf(views: readonly EscalationView[]): readonly (readonly [title: string, EscalationView[]])[] {
  const groups = new Map<string, EscalationView[]>();
  for (const view of views) {
    const rules = view.rules.filter(({ effect }) => effect === "escalate").map(({ id }) => id);
    const title = `${view.functionId}: ${rules.join(" and ") || "no rule"}`;
    groups.set(title, [...(groups.get(title) ?? []), view]);
  }
  return [...groups].toSorted(([, one], [, other]) => other.length - one.length);
}
