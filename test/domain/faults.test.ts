import { expect, test } from "vitest";
import { assertNever } from "../../domain/assert-never.ts";
import { ConfigError } from "../../domain/config-error.ts";
import { isZone } from "../../domain/zone.ts";

test("a value outside its type is a fault that shows it", () => {
  expect(() => assertNever({ kind: "none" } as never)).toThrow('unexpected value `{"kind":"none"}`');
});

test("a configuration's problems are told one a line", () => {
  const { name, message } = new ConfigError(["PORT: no number", "HOST: empty"]);
  expect([name, message]).toEqual([
    "ConfigError",
    "the configuration cannot be used:\n  PORT: no number\n  HOST: empty",
  ]);
});

test("a zone is what the IANA database writes", () => {
  const texts = ["Europe/Paris", "UTC", "europe/paris", "Mars/Olympus", "+01:00", ""];
  expect(texts.map(isZone)).toEqual([true, true, false, false, false, false]);
});
