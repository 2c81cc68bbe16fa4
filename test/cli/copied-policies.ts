import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";

const shipped = join(import.meta.dirname, "../../policies");

/** Gives each test of a file its own copy of the shipped policies, `folder`, and has commands read it. */
export function copiedPolicies() {
  const environment = { ...process.env };
  const copied = {
    folder: "",
    /** Rewrites one piece of a policy's file, or of its cases'. */
    change: (file: string, from: string, to: string) => changeIn(copied.folder, file, from, to),
  };
  beforeEach(() => {
    copied.folder = mkdtempSync(join(tmpdir(), "mandate-policies-"));
    cpSync(shipped, copied.folder, { recursive: true });
    process.env["MANDATE_POLICIES"] = copied.folder;
  });
  afterEach(() => {
    process.env = { ...environment };
    rmSync(copied.folder, { recursive: true, force: true });
  });
  return copied;
}

/** Rewrites a piece that is there of a file in `folder`. */
export function changeIn(folder: string, file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}
