import { describe, expect, test } from "vitest";
import { logSigner, originOf } from "../../../proof/log/log-keys.ts";
import { NoteError } from "../../../proof/log/note-error.ts";
import { verifierOf } from "../../../proof/log/note-keys.ts";

const SECRET = Buffer.alloc(32, 1);

describe("a log's key", () => {
  test("is the same each time, and named like the log", () => {
    const origin = originOf("audit.example", "acme~globex");
    const signer = logSigner(SECRET, origin);
    expect(signer.name).toBe("audit.example/acme~globex");
    expect(logSigner(SECRET, origin).vkey).toBe(signer.vkey);
    expect(verifierOf(signer.vkey).verify("text\n", signer.sign("text\n"))).toBe(true);
  });

  test("is another one for another log, and for another secret", () => {
    const keys = [logSigner(SECRET, "h/a"), logSigner(SECRET, "h/b"), logSigner(Buffer.alloc(32, 2), "h/a")].map(
      ({ vkey }) => vkey.split("+").at(-1),
    );
    expect(new Set(keys).size).toBe(3);
  });

  test("does not change from one version to the next: what was signed stays ours", () => {
    expect(logSigner(SECRET, "mandate.local/acme").vkey).toMatchInlineSnapshot(
      `"mandate.local/acme+b155bc68+AVkW2iMebOvLfwL1HB/oHmAZY1y8reBHEY0dzbls1ArW"`,
    );
  });

  test("cannot be had for a name that no key may have", () => {
    expect(() => logSigner(SECRET, "host/my log")).toThrow(NoteError);
  });
});
