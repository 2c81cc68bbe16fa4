/** The child's half of supervision: what a process started by `superviseProcesses` calls. */

/** Tells the supervisor that this process serves now; `facts` (plain JSON, such as an address) travel with it. */
export function reportReady(facts: Readonly<Record<string, unknown>> = {}): void {
  // To a supervisor that has just gone nothing is said: its end is told by the channel.
  if (process.connected) process.send?.({ ready: true, ...facts });
}

let isLookedAfter = false;

/**
 * What a supervised process calls first: until it can drain, its supervisor's end is its own. A supervisor that went before we
 * could listen is noticed too.
 */
export function endWithSupervisor(): void {
  const end = (): void => {
    if (!isLookedAfter) process.exit(0);
  };
  if (process.connected === false) return end();
  onSupervisorGone(end);
}

/**
 * Listening alone would keep a process alive that has nothing left to do. Who is spoken to over the channel, as a runner of tests
 * is, looks after that.
 */
function onSupervisorGone(ended: () => void): void {
  const { channel } = process;
  if (channel === undefined || channel === null) return;
  process.once("disconnect", ended);
  if (process.listenerCount("message") === 0) channel.unref();
}

/**
 * Calls `drain` once when this process shall end: a polite signal, or the supervisor is gone (its channel closed).
 * The caller finishes its work and lets the process end; without a supervisor only the signals count.
 */
export function onStopRequested(drain: (reason: "signal" | "supervisor-gone") => void): void {
  let asked = false;
  const once = (reason: "signal" | "supervisor-gone"): void => {
    if (asked) return;
    asked = true;
    drain(reason);
  };
  isLookedAfter = true;
  process.once("SIGTERM", () => once("signal"));
  process.once("SIGINT", () => once("signal"));
  if (process.connected === false) return once("supervisor-gone");
  onSupervisorGone(() => once("supervisor-gone"));
}
