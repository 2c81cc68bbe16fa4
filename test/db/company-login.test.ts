import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { companyAddress, keptAddressFile } from "../../db/company-address.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { migrate } from "../../db/migrate.ts";
import { query } from "../../engines/postgres-client.ts";
import { startPostgres, type RunningPostgres } from "../../engines/postgres.ts";
import { databaseUrl } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

let engineHome: string;
let postgres: RunningPostgres;
/** The owner's address on a server that asks companies for a password. */
let url: string;
/** The owner's address as the embedded server is reached: without one. */
let socketUrl: string;
let home: string;
let applied: string[][];

beforeAll(async () => {
  engineHome = temporaryHome("login");
  postgres = await startPostgres({ home: engineHome, cacheFolder: inject("cacheFolder") });
  socketUrl = postgres.url;
  const rules = join(postgres.dataFolder, "pg_hba.conf");
  const asked = ["acme", "globex", "umbrella", "hooli"]
    .map((name) => `local all "company:${name}" scram-sha-256`)
    .join("\n");
  const refused = 'local all "company:locked" reject';
  writeFileSync(rules, `${asked}\n${refused}\n${readFileSync(rules, "utf8")}`);
  await query(socketUrl, "select pg_reload_conf()");
  const names = ["one", "two", "three", "four"];
  for (const name of names) await query(socketUrl, `create database ${name}`);
  // The first migrations of a cluster, all at once: each would make the roles.
  applied = await Promise.all(names.map((name) => migrate(databaseUrl(socketUrl, name))));
  url = withPassword(databaseUrl(socketUrl, "one"));
});
afterAll(async () => {
  await postgres.stop();
  removeHome(engineHome);
});
beforeEach(() => {
  home = temporaryHome("keys");
});
afterEach(() => removeHome(home));

/** With a password the address says that the server is not one that knows the system user. */
function withPassword(address: string): string {
  const changed = new URL(address);
  changed.password = "owner-password";
  return changed.toString();
}

const whoIsAt = async (address: string) =>
  query(address, "select session_user::text as login, current_company() as company");
const isKnown = (address: string) => companyAddress({ url: address, company: "acme", home });

test("databases of a new cluster may migrate at the same moment, although they share their roles", () => {
  expect(applied[0]?.length).toBeGreaterThan(10);
  for (const list of applied) expect(list).toEqual(applied[0]);
});

describe("over a socket that knows the system user", () => {
  test("the address is the owner's with the company's name, and nothing is kept", async () => {
    const login = await ensureCompanyLogin({ url: databaseUrl(socketUrl, "two"), company: "initech", home });
    expect(new URL(login.url).username).toBe("company%3Ainitech");
    expect(login.keptIn).toBeUndefined();
    expect(await whoIsAt(login.url)).toEqual([{ login: "company:initech", company: "initech" }]);
    expect(existsSync(join(home, "keys"))).toBe(false);
  });

  test("any number may ask at the same moment, on several databases of the server", async () => {
    const asked = Array.from({ length: 12 }, (_, n) => ({
      url: databaseUrl(socketUrl, n % 2 === 0 ? "two" : "three"),
      company: `rush-${n % 3}`,
      home,
    }));
    const logins = await Promise.all(asked.map((place) => ensureCompanyLogin(place)));
    for (const [n, { url: address }] of logins.entries()) {
      expect(await whoIsAt(address)).toEqual([{ login: `company:rush-${n % 3}`, company: `rush-${n % 3}` }]);
    }
  });

  test("a role of that name without the rights gets them", async () => {
    await query(socketUrl, 'create role "company:bare" login');
    const login = await ensureCompanyLogin({ url: databaseUrl(socketUrl, "two"), company: "bare", home });
    expect(await query(login.url, "select * from person")).toEqual([]);
  });

  test("a schema that is older than logins is said, with the fix", async () => {
    await query(socketUrl, "alter role mandate_app rename to mandate_away");
    await expect(ensureCompanyLogin({ url: databaseUrl(socketUrl, "two"), company: "early", home })).rejects.toThrow(
      "run `mandate migrate`",
    );
    await query(socketUrl, "alter role mandate_away rename to mandate_app");
  });
});

describe("with a password", () => {
  test("it is random, kept once and readable by its owner only, and the server holds no more than its SCRAM verifier", async () => {
    const login = await ensureCompanyLogin({ url, company: "acme", home });
    expect(login).toEqual({
      url: readFileSync(keptAddressFile(home, "acme"), "utf8").trim(),
      keptIn: keptAddressFile(home, "acme"),
    });
    expect(statSync(keptAddressFile(home, "acme")).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, "keys")).mode & 0o777).toBe(0o700);
    const { password } = new URL(login.url);
    expect(password).toMatch(/^[\w-]{43}$/);
    expect(await whoIsAt(login.url)).toEqual([{ login: "company:acme", company: "acme" }]);
    const kept = await query(
      socketUrl,
      `select rolpassword ~ '^SCRAM-SHA-256\\$4096:' as scram from pg_authid where rolname = 'company:acme'`,
    );
    expect(kept).toEqual([{ scram: true }]);
    const wrong = new URL(login.url);
    wrong.password = "guessed";
    await expect(whoIsAt(wrong.toString())).rejects.toMatchObject({ code: "28P01" });
    expect(readFileSync(join(engineHome, "logs", "postgres.log"), "utf8")).not.toContain(password);
    await query(socketUrl, 'drop role "company:acme"');
  });

  test("it is used again, by whoever asks, also at the same moment and for another database of the server", async () => {
    const place = { url, company: "globex", home };
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => ensureCompanyLogin(place)));
    for (const other of [...others, await ensureCompanyLogin(place)]) expect(other).toEqual(first);
    const elsewhere = await ensureCompanyLogin({ ...place, url: withPassword(databaseUrl(socketUrl, "four")) });
    expect(new URL(elsewhere.url).password).toBe(new URL(first?.url ?? "").password);
    expect(await whoIsAt(elsewhere.url)).toMatchObject([{ company: "globex" }]);
  });

  test("a crash between keeping it and making the role loses nothing", async () => {
    const first = await ensureCompanyLogin({ url, company: "umbrella", home });
    await query(socketUrl, 'drop role "company:umbrella"');
    expect(await ensureCompanyLogin({ url, company: "umbrella", home })).toEqual(first);
  });

  test("a login made elsewhere keeps its password: the refusal says both ways out", async () => {
    await ensureCompanyLogin({ url, company: "hooli", home });
    const other = temporaryHome("keys");
    const asked = ensureCompanyLogin({ url, company: "hooli", home: other });
    await expect(asked).rejects.toThrow(/address kept where it was made, or .* drop role "company:hooli"/);
    expect(existsSync(keptAddressFile(other, "hooli"))).toBe(false);
    removeHome(other);
    await query(socketUrl, `alter role "company:hooli" password 'another'`);
    await expect(ensureCompanyLogin({ url, company: "hooli", home })).rejects.toThrow("does not keep its password");
  });

  test("a server that lets the login in from nowhere is said", async () => {
    await expect(ensureCompanyLogin({ url, company: "locked", home })).rejects.toThrow("allow it in pg_hba.conf");
  });

  test("a company's own address is answered as it is, another company's is refused", async () => {
    const own = "postgres://company%3Aacme:pw@db.example.com/mandate";
    expect(await ensureCompanyLogin({ url: own, company: "acme", home })).toEqual({ url: own });
    await expect(ensureCompanyLogin({ url: own, company: "globex", home })).rejects.toThrow(
      "logs in as `company:acme`, not globex",
    );
  });
});

describe("the address that processes log in with", () => {
  const own = "postgres://company%3Aacme:pw@db.example.com/mandate";
  const owners = "postgres://owner:secret@db.example.com:5432/mandate?sslmode=require";

  test("is the environment's, when that is the company's own", () => {
    expect(isKnown(own)).toEqual({ kind: "company", url: own });
  });

  test("is never another company's", () => {
    expect(companyAddress({ url: own, company: "globex", home })).toEqual({ kind: "other-company", other: "acme" });
  });

  test("is the one that is kept for the very database, and no other's", () => {
    expect(isKnown(owners)).toEqual({ kind: "unknown" });
    const kept = "postgres://company%3Aacme:kept@db.example.com:5432/mandate?sslmode=require";
    mkdirSync(join(home, "keys"));
    writeFileSync(keptAddressFile(home, "acme"), `${kept}\n`);
    expect(isKnown(owners)).toEqual({ kind: "company", url: kept });
    for (const changed of [
      owners.replace("db.", "db2."),
      owners.replace("5432", "5433"),
      owners.replace("/mandate", "/other"),
    ]) {
      expect([changed, isKnown(changed)]).toEqual([changed, { kind: "unknown" }]);
    }
  });

  test("is not known for an address without a user, nor for a role that is only named alike", () => {
    for (const address of [
      "postgres://db.example.com/mandate",
      "postgres://company@db/mandate",
      "postgres://companyacme@db/m",
    ]) {
      expect([address, isKnown(address)]).toEqual([address, { kind: "unknown" }]);
    }
  });
});
