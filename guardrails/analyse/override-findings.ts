import { parseDate } from "../literals.ts";
import type { Override, Policy } from "../policy.ts";
import { cellsOn, turningDays } from "./cells.ts";
import type { Cell } from "./cells.ts";
import type { Finding } from "./finding.ts";
import type { Space } from "./space.ts";
import { exists } from "./witness.ts";

/** How long before its end an override is announced, in days. */
const EXPIRING_DAYS = 14;

function datesFinding({ id, until }: Override, today: string): Finding | undefined {
  const [end, now] = [parseDate(until), parseDate(today)];
  if (end === undefined || now === undefined) throw new Error(`\`${until}\` or \`${today}\` is no day`);
  if (end <= now) {
    const message = `\`${id}\` is over since ${until}: the parameters have their own values again`;
    return { kind: "override-expired", severity: "warning", about: [id], message };
  }
  if (end - now >= EXPIRING_DAYS) return undefined;
  const message = `\`${id}\` ends on ${until}, in ${end - now} ${end - now === 1 ? "day" : "days"}`;
  return { kind: "override-expiring", severity: "warning", about: [id], message };
}

const differs = (a: Cell, b: Cell) =>
  a.policy.params.some(({ value, unsettled }, index) => {
    const other = b.policy.params[index];
    return value !== other?.value || unsettled !== other.unsettled;
  });

/** Whether some request on some day has another parameter because of the override. */
function isAlive(space: Space, policy: Policy, override: Override): boolean {
  const without = { ...policy, overrides: policy.overrides.filter((other) => other !== override) };
  const days = turningDays([policy]).filter((day) => override.from <= day && day < override.until);
  return days.some((day) => {
    const others = cellsOn(space, without, day);
    return cellsOn(space, policy, day).some((cell) =>
      others.some((other) => {
        if (!differs(cell, other)) return false;
        return exists(space, [cell.region, other.region], `whether \`${override.id}\` does anything`).kind !== "none";
      }),
    );
  });
}

/** Overrides that change no parameter for anybody, are over, or will be within two weeks. `today` is an ISO date. */
export function overrideFindings(space: Space, policy: Policy, today: string): readonly Finding[] {
  return policy.overrides.flatMap((override) => {
    const { id } = override;
    const message = `\`${id}\` changes no parameter for any request: it sets what holds anyway, or more specific overrides win`;
    const dead: Finding = { kind: "override-dead", severity: "warning", about: [id], message };
    const dates = datesFinding(override, today);
    return [...(isAlive(space, policy, override) ? [] : [dead]), ...(dates === undefined ? [] : [dates])];
  });
}
