import { ApplicationFailure } from "@temporalio/common";
import { expect, test } from "vitest";
import { codeOf, withoutValues } from "../../../app/engine/failures.ts";
import { AgentFault } from "../../../agents/fault.ts";
import { ToolError } from "../../../tools/tool-error.ts";

class SealedAway extends Error {
  override readonly name = "SealedAway";
}

test.for([
  ["an effect's target", new ToolError("TARGET_UNAVAILABLE", "of Ana"), "TARGET_UNAVAILABLE"],
  ["a model", new AgentFault("MODEL_REFUSED", "of Ana"), "MODEL_REFUSED"],
  ["what an activity says itself", ApplicationFailure.nonRetryable("of Ana", "UNKNOWN_NAME"), "UNKNOWN_NAME"],
  ["what it says without a code", ApplicationFailure.retryable("of Ana", "Ana did it"), "UNEXPECTED"],
  ["the database", Object.assign(new Error("of Ana"), { severity: "FATAL", code: "57P01" }), "DATABASE_57P01"],
  ["the system", Object.assign(new Error("of Ana"), { code: "ECONNREFUSED" }), "SYSTEM_ECONNREFUSED"],
  ["a class of its own", new SealedAway("of Ana"), "SEALED_AWAY"],
  ["anything else", new Error("of Ana"), "UNEXPECTED"],
  ["what is no error", "of Ana", "UNEXPECTED"],
] as const)("a fault of %s is told by its code", ([, error, code]) => {
  expect(codeOf(error)).toBe(code);
});

test.for([
  ["no record `ana` of \"Ana Ruiz\" and 'Ben'", "no record … of … and …"],
  ["duplicate key: (company, mail)=(acme, ana@example.com)", "duplicate key: …"],
  ["ana@example.com did not answer", "… did not answer"],
  ["a".repeat(500), "a".repeat(200)],
] as const)("a log line says of %j no more than %j", ([text, said]) => {
  expect(withoutValues(text)).toBe(said);
});
