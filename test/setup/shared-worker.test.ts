import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test, vi } from "vitest";
import { rooms, sourcesUnder } from "../house/imports.ts";
import { putBackProcessState, readProcessState } from "./process-state.ts";

/** Test files follow each other in one process, with the modules that it has loaded: none may see what another did. */
describe("a test file finds the process as the first one did", () => {
  const values = () => ({ ...process.env });
  const heard = () => process.rawListeners("SIGTERM");

  test.for<readonly [what: string, change: () => void, look: () => unknown]>([
    ["a variable that is set", () => (process.env["MANDATE_HOME"] = "/elsewhere"), values],
    ["a variable that is gone", () => delete process.env["PATH"], values],
    ["another environment", () => (process.env = { PATH: "/nowhere" }), values],
    ["a stubbed variable", () => vi.stubEnv("MANDATE_URL", "http://127.0.0.1:1"), values],
    ["another folder", () => process.chdir(tmpdir()), () => process.cwd()],
    ["an exit code", () => (process.exitCode = 7), () => process.exitCode],
    ["who hears of a signal", () => process.on("SIGTERM", () => undefined), heard],
    ["a clock that stands still", () => vi.useFakeTimers({ now: 0 }), () => vi.isFakeTimers()],
    ["a global", () => vi.stubGlobal("fetch", undefined), () => globalThis.fetch],
    ["a method", () => vi.spyOn(AbortSignal, "timeout"), () => Reflect.get(AbortSignal, "timeout") as unknown],
  ])("%s is put back", ([, change, look]) => {
    const before = readProcessState();
    const seen = look();
    try {
      change();
      expect(look(), "it was changed").not.toEqual(seen);
    } finally {
      putBackProcessState(before);
    }
    expect(look()).toEqual(seen);
    expect(process.env).toBe(before.env);
  });
});

test("what a module keeps at its top does not change, but for what no test can tell from a fresh one", () => {
  // The console lives in a page of its own, and no test loads it into its process.
  const loaded = rooms.filter((room) => room !== "console");
  const changing = loaded.flatMap((room) =>
    sourcesUnder(room).flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/^(?:export )?let (\w+)/gm)].map(([, name]) => `${file} ${name}`),
    ),
  );
  expect(changing).toEqual([
    // The machine's own, read once.
    "engines/process-identity.ts cachedBootId",
    // How many of the random bytes that were drawn ahead are used up.
    "audit/subject-key.ts noncesUsed",
    // Set where a process begins to look after its end; nothing but that is asked of it.
    "app/supervised.ts isLookedAfter",
  ]);
});
