import { expect, test } from "vitest";
import { untoldSteps } from "../../domain/silence.ts";

type Steps = readonly (readonly [step: string, kind: string])[];

test.for<readonly [string, Steps, readonly string[]]>([
  ["nothing", [], []],
  ["an effect", [["quoting", "executed"]], []],
  ["what was moot", [["quoting", "superseded"]], []],
  ["what the mode withheld", [["quoting", "withheld"]], []],
  ["a block", [["quoting", "blocked"]], ["quoting"]],
  ["an end of another name", [["quoting", "constructor"]], ["quoting"]],
  [
    "a block that was written back",
    [
      ["quoting", "blocked"],
      ["write-back", "executed"],
    ],
    [],
  ],
  [
    "a block with a note",
    [
      ["quoting", "blocked"],
      ["crm-note", "already-done"],
    ],
    [],
  ],
  [
    "a block with a note of its own",
    [
      ["quoting", "blocked"],
      ["crm-note-quoting", "executed"],
    ],
    [],
  ],
  [
    "a block whose note was blocked",
    [
      ["quoting", "blocked"],
      ["crm-note", "blocked"],
    ],
    ["quoting"],
  ],
  [
    "a block whose note was withheld",
    [
      ["quoting", "blocked"],
      ["crm-note", "withheld"],
    ],
    ["quoting"],
  ],
  [
    "a step that only looks like a note",
    [
      ["a-crm-note-", "blocked"],
      ["write-back-too", "blocked"],
    ],
    ["a-crm-note-", "write-back-too"],
  ],
  [
    "a block that was told after what follows from it",
    [
      ["quoting", "blocked"],
      ["deal-team.tell", "blocked"],
      ["write-back", "executed"],
    ],
    [],
  ],
  [
    "two blocks of which the second was told",
    [
      ["price", "blocked"],
      ["record", "rejected"],
      ["write-back", "executed"],
    ],
    ["price"],
  ],
  [
    "two blocks of which the first was told",
    [
      ["price", "expired"],
      ["write-back", "executed"],
      ["record", "refused"],
    ],
    ["record"],
  ],
  [
    "a block and an effect after it",
    [
      ["price", "unknown"],
      ["record", "executed"],
      ["write-back", "executed"],
    ],
    ["price"],
  ],
])("%s", ([, steps, untold]) => expect(untoldSteps(steps.map(([step, kind]) => ({ step, kind })))).toEqual(untold));
