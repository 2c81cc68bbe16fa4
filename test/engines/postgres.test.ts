import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { findPostgresPackage } from "../../engines/postgres-binaries.ts";
import { query } from "../../engines/postgres-client.ts";
import { toldByStatements } from "../../engines/postgres-connection.ts";
import { canReach, isRoot, unprivilegedUser } from "../../engines/postgres-user.ts";
import { type RunningPostgres, startPostgres } from "../../engines/postgres.ts";
import { isAlive } from "../../engines/process-identity.ts";
import { firstMessage, projectFolder, source, startChild } from "./child.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
const folders: string[] = [];
const running: RunningPostgres[] = [];
let home: string;

function folderOf(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), "mandate-postgres-"));
  folders.push(folder);
  chmodSync(folder, mode);
  return folder;
}

async function start(
  options: { home?: string; systemFolders?: readonly string[]; onProgress?: (line: string) => void } = {},
) {
  const server = await startPostgres({ home, cacheFolder, ...options });
  running.push(server);
  return server;
}

/** Of this file alone, and within reach of the server's user: so the copying of the binaries is part of the test. */
const cacheFolder = join(folderOf(0o711), "cache");

beforeEach(() => {
  home = join(folderOf(0o711), ".mandate");
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const note = (url: string, text: string) =>
  query(url, `create table if not exists note (text text); insert into note values ('${text}')`);
const notes = async (url: string) =>
  (await query<{ text: string }>(url, "select text from note")).map(({ text }) => text);

describe("the embedded PostgreSQL", () => {
  test("serves `new pg.Pool` durably, over a private socket alone, in UTF-8", async () => {
    const { url, adopted, dataFolder } = await start();
    const pool = new pg.Pool({ connectionString: url });
    // Its connection may still be closing when the server is stopped.
    pool.on("connect", toldByStatements);
    const { rows } = await pool.query(`select current_setting('server_version_num')::int / 10000 as major,
      current_setting('fsync') as fsync, current_setting('listen_addresses') as addresses,
      current_setting('max_connections') as connections, current_setting('server_encoding') as encoding,
      current_database() as database, (select datlocale from pg_database where datname = current_database()) as locale`);
    await pool.end();
    expect(rows).toEqual([
      {
        major: 18,
        fsync: "on",
        addresses: "",
        connections: "200",
        encoding: "UTF8",
        database: "mandate",
        locale: "C.UTF-8",
      },
    ]);
    const socketFolder = join(dirname(dataFolder), "socket");
    expect({ adopted, mode: statSync(socketFolder).mode & 0o777 }).toEqual({ adopted: false, mode: 0o700 });
    expect(readFileSync(join(home, "logs", "postgres.log"), "utf8")).toContain("ready to accept connections");
  });

  test("stops completely and starts again with its data", async () => {
    const first = await start();
    await note(first.url, "kept");
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    expect(await notes((await start()).url)).toEqual(["kept"]);
  });

  test("loses nothing that was committed when it is killed", async () => {
    const first = await start();
    await note(first.url, "committed");
    await first.kill();
    expect(await notes((await start()).url)).toEqual(["committed"]);
  });

  test("left running by a killed supervisor, it is adopted and can be stopped", async () => {
    const child = startChild(`
      import { startPostgres } from ${source("engines/postgres.ts")};
      const { pid } = await startPostgres(${JSON.stringify({ home, cacheFolder })});
      process.send(pid);
      setInterval(() => undefined, 1000);`);
    const orphan = Number(await firstMessage(child));
    child.child.kill("SIGKILL");
    await child.done;
    const server = await start();
    expect({ adopted: server.adopted, pid: server.pid }).toEqual({ adopted: true, pid: orphan });
    await server.stop();
    expect(isAlive(orphan)).toBe(false);
  });

  const leftovers = [
    { name: "an empty postmaster.pid", content: "" },
    {
      name: "a postmaster.pid whose process is gone",
      content: "4194399\n/anywhere\n1\n5432\n/anywhere\n\n\nready   \n",
    },
    {
      name: "a postmaster.pid whose number another program has now",
      content: `${process.pid}\n/anywhere\n1\n5432\n/x\n\n\nready   \n`,
    },
  ];
  test("starts over everything a kill of all processes leaves behind", async () => {
    const first = await start();
    const { dataFolder } = first;
    await note(first.url, "still here");
    await first.kill();
    for (const { name, content } of leftovers) {
      writeFileSync(join(dataFolder, "postmaster.pid"), content);
      writeFileSync(join(dirname(dataFolder), "socket", ".s.PGSQL.5432.lock"), content);
      const server = await start();
      expect(await notes(server.url), name).toEqual(["still here"]);
      await server.kill();
    }
  });

  test("a first start that was cut off in the middle is begun anew", async () => {
    const user = await unprivilegedUser();
    mkdirSync(join(home, "postgres", "data.new-4194399", "base"), { recursive: true });
    chmodSync(home, 0o711);
    chmodSync(join(home, "postgres"), 0o711);
    expect((await start()).adopted).toBe(false);
    expect(existsSync(join(home, "postgres", "data.new-4194399"))).toBe(false);
    expect(statSync(join(home, "postgres", "data")).uid).toBe(user?.uid ?? process.getuid?.());
  });

  test("a path too long for a socket gets a short one in the temporary folder", async () => {
    const long = join(home, "..", "a".repeat(60), "b".repeat(60));
    const { url } = await start({ home: long });
    const socketFolder = new URL(url).searchParams.get("host") ?? "";
    folders.push(socketFolder);
    expect(Buffer.byteLength(socketFolder)).toBeLessThan(80);
    expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
    expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("the copied binaries have the links that blocked install scripts leave out", async () => {
    await start();
    const { version } = findPostgresPackage();
    const copy = join(cacheFolder, `postgres-${version}-${process.platform}-${process.arch}`);
    const link = join(copy, "lib", process.platform === "darwin" ? "libpq.5.dylib" : "libpq.so.5");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test("a platform without a package is sent to DATABASE_URL", () => {
    expect(() => findPostgresPackage("sunos-sparc")).toThrow(
      /no embedded PostgreSQL for sunos-sparc.*set DATABASE_URL/,
    );
  });
});

describe("as root", () => {
  test("runs under another user, and only we may connect", async ({ skip }) => {
    if (!isRoot()) return skip("this run is not root");
    const { pid, url } = await start();
    const [uid] = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.slice(1) ?? [];
    expect(Number(uid)).toBe((await unprivilegedUser())?.uid);
    const socket = join(new URL(url).searchParams.get("host") ?? "", ".s.PGSQL.5432");
    const probe = `import { connect } from "node:net";
      connect(${JSON.stringify(socket)}).on("error", ({ code }) => console.log(code)).on("connect", () => console.log("in"));`;
    const { stdout } = await startChild(probe, { ...NOBODY, env: { HOME: tmpdir() } }).done;
    expect(stdout.trim()).toBe("EACCES");
  });

  test("in a home that nobody else may enter, the data lies outside and the home says where", async ({ skip }) => {
    if (!isRoot()) return skip("this run is not root");
    const systemFolders = [join(folderOf(0o711), "system")];
    home = join(folderOf(0o700), ".mandate");
    const first = await start({ systemFolders });
    await note(first.url, "outside");
    const location = readFileSync(join(home, "postgres.location"), "utf8").trim();
    expect(first.dataFolder).toBe(join(location, "data"));
    expect(dirname(location)).toBe(systemFolders[0]);
    await first.stop();
    expect(await notes((await start({ systemFolders })).url)).toEqual(["outside"]);
  });

  test("where no system folder can be had, the temporary one is used and that is said aloud", async ({ skip }) => {
    if (!isRoot()) return skip("this run is not root");
    const said: string[] = [];
    home = join(folderOf(0o700), ".mandate");
    const { dataFolder } = await start({ systemFolders: ["/dev/null/mandate"], onProgress: (line) => said.push(line) });
    folders.push(dirname(dataFolder));
    expect(said.filter((line) => line.startsWith("WARNING"))).toEqual([
      `WARNING: the database is kept in ${dirname(dataFolder)}, which this machine may clear: set MANDATE_HOME elsewhere`,
    ]);
  });

  test("data outside that has vanished is not silently begun anew", async ({ skip }) => {
    if (!isRoot()) return skip("this run is not root");
    mkdirSync(home);
    writeFileSync(join(home, "postgres.location"), "/nowhere/at/all\n");
    await expect(start()).rejects.toThrow(`named by ${home}/postgres.location, is gone`);
  });
});

describe("as an ordinary user", () => {
  test("runs as that user in a home that nobody else may enter; another's data is refused by name", async ({
    skip,
  }) => {
    if (!isRoot()) return skip("this run is not root: the tests above ran as an ordinary user");
    if (!(await canReach(projectFolder, NOBODY))) return skip(`user \`nobody\` cannot reach ${projectFolder}`);
    const theirs = await start();
    await theirs.stop();
    const own = folderOf(0o700);
    await chown(own);
    const outcome = await startChild(
      `import { startPostgres } from ${source("engines/postgres.ts")};
      import { query } from ${source("engines/postgres-client.ts")};
      const cacheFolder = ${JSON.stringify(join(own, "cache"))};
      const server = await startPostgres({ home: ${JSON.stringify(join(own, ".mandate"))}, cacheFolder });
      const rows = await query(server.url, "select current_user as name");
      await server.stop();
      const refusal = await startPostgres({ home: ${JSON.stringify(home)}, cacheFolder }).catch(({ message }) => message);
      console.log(JSON.stringify({ rows, data: server.dataFolder, refusal }));`,
      { ...NOBODY, env: { HOME: own } },
    ).done;
    expect(outcome.stderr).toBe("");
    const owner = statSync(join(home, "postgres", "data")).uid;
    expect(JSON.parse(outcome.stdout)).toEqual({
      rows: [{ name: "mandate" }],
      data: join(own, ".mandate", "postgres", "data"),
      refusal: expect.stringContaining(`belongs to user id ${owner}: start as that user or as root`),
    });
  });

  async function chown(folder: string): Promise<void> {
    const { chownSync } = await import("node:fs");
    chownSync(folder, NOBODY.uid, NOBODY.gid);
  }
});
