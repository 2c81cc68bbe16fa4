import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

const ITERATIONS = 4_096;
const KEY_BYTES = 32;

/**
 * What PostgreSQL keeps of a password (RFC 5803, as it writes it): given instead of the password, the password is in no
 * statement and no server log, and the server cannot keep it in an older form. `password` is ASCII.
 */
export function scramVerifier(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
