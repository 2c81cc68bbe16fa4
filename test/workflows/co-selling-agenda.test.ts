import { expect, test } from "vitest";
import type { Standing } from "../../workflows/agenda.ts";
import { coSellingAgenda } from "../../workflows/co-selling-case.ts";

function standing(state: string, asks: readonly string[] = []): Standing {
  return {
    state,
    dateOf: () => undefined,
    isDue: () => false,
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
  ["is over once it is closed", standing("closed", ["co-selling.qualify"]), { kind: "end" }],
])("a deal %s", ([, where, next]) => expect(coSellingAgenda(where)).toEqual(next));
