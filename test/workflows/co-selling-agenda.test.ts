import { expect, test } from "vitest";
import type { Standing } from "../../workflows/agenda.ts";
import { coSellingAgenda } from "../../workflows/co-selling-case.ts";

function standing(state: string, asks: readonly string[] = [], due: readonly string[] = []): Standing {
  return {
    state,
    dateOf: () => undefined,
    isDue: (anchor) => due.includes(anchor),
    deadlineOf: () => undefined,
    asksFor: (action) => asks.includes(action),
    done: () => undefined,
    hasTold: () => false,
    reply: () => undefined,
  };
}

test.for<readonly [string, Standing, unknown]>([
  [
    "is scored when something moved",
    standing("", ["co-selling.qualify"]),
    { kind: "step", action: "co-selling.qualify" },
  ],
  ["waits while nothing did", standing(""), { kind: "wait" }],
  [
    "is scored while nobody did",
    standing("", ["co-selling.qualify"], ["unscored"]),
    { kind: "step", action: "co-selling.qualify" },
  ],
  ["is left as it is where that was not written", standing("", [], ["unscored"]), { kind: "end" }],
  ["is over once it is closed", standing("closed", ["co-selling.qualify"]), { kind: "end" }],
])("a deal %s", ([, where, next]) => expect(coSellingAgenda(where)).toEqual(next));
