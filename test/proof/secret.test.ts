import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditSecret, presentAuditSecret } from "../../proof/secret.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

let home: string;
beforeAll(() => {
  home = temporaryHome("secret");
});
afterAll(() => removeHome(home));

describe("the audit secret", () => {
  test("is made at the first use, for this user only, and stays the same", () => {
    const made = auditSecret({ home, auditSecret: undefined });
    expect(made).toHaveLength(32);
    expect(auditSecret({ home, auditSecret: undefined }).equals(made)).toBe(true);
    expect(statSync(join(home, "keys", "audit.secret")).mode & 0o777).toBe(0o600);
  });

  test("is the environment's where that has one, and then no file is made", () => {
    const elsewhere = join(home, "elsewhere");
    const given = Buffer.alloc(32, 9);
    expect(auditSecret({ home: elsewhere, auditSecret: given.toString("base64") })).toEqual(given);
    expect(existsSync(elsewhere)).toBe(false);
  });

  test("is demanded beside a DATABASE_URL: another host's home would make another one", () => {
    const databaseUrl = "postgres://db.example.com/mandate";
    const elsewhere = join(home, "host-2");
    const demanded = (at: string) => () => auditSecret({ home: at, auditSecret: undefined, databaseUrl });
    expect(demanded(elsewhere)).toThrow(
      /MANDATE_AUDIT_SECRET: not set, and DATABASE_URL is.*`openssl rand -base64 32`/,
    );
    expect(existsSync(elsewhere)).toBe(false);
    expect(demanded(home)).toThrow(`MANDATE_AUDIT_SECRET_FILE=${join(home, "keys", "audit.secret")} gives it`);
    expect(presentAuditSecret({ home, auditSecret: undefined, databaseUrl })).toBeUndefined();
  });

  test.for([
    ["MANDATE_AUDIT_SECRET", Buffer.alloc(16).toString("base64")],
    ["audit.secret", undefined],
  ] as const)("of another length is refused by name: %s", ([place, given]) => {
    writeFileSync(join(home, "keys", "audit.secret"), Buffer.alloc(5).toString("base64"));
    expect(() => auditSecret({ home, auditSecret: given })).toThrow(place);
  });
});
