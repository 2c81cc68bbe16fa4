/** A window that moves with each request: what was posted in the given days before it still counts. `90d`. */
export type RollingWindow = `${number}d`;

/** `1d` to `400d`, without leading zeros. */
export const rollingPattern = /^(?:[1-9][0-9]?|[1-3][0-9]{2}|400)d$/;

const DAY_MS = 86_400_000;

export function isRolling(window: string): window is RollingWindow {
  return rollingPattern.test(window);
}

/** How many days it looks back. */
export function daysOf(window: RollingWindow): number {
  return Number(window.slice(0, -1));
}

/** The instant so many times 24 hours earlier, ISO 8601: what was posted at it has just left the window. Throws for a bad time. */
export function daysBefore(at: string, days: number): string {
  return new Date(Date.parse(at) - days * DAY_MS).toISOString();
}
