import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A home of its own. Others may pass through it: as root, the database server runs as another user. */
export function temporaryHome(purpose: string): string {
  const home = mkdtempSync(join(tmpdir(), `mandate-${purpose}-`));
  chmodSync(home, 0o711);
  return home;
}

export function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}
