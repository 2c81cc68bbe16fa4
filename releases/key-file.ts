import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSigningKey } from "./signature.ts";

/** Where a person's private signing key lies under a home folder. */
export function keyFileOf(home: string, person: string): string {
  return join(home, "keys", `${encodeURIComponent(person)}.pem`);
}

/** The private key of a person on this machine (PEM): made at the first use, readable by this user only. */
export function signingKeyOf(home: string, person: string): string {
  const path = keyFileOf(home, person);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  mkdirSync(join(home, "keys"), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.tmp`;
  writeFileSync(fresh, newSigningKey(), { mode: 0o600, flag: "wx" });
  renameSync(fresh, path);
  return readFileSync(path, "utf8");
}
