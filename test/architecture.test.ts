import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { functions } from "../functions/index.ts";
import { importsOf, roomOf, rooms, root, sourcesUnder, type Import, type Room } from "./house/imports.ts";
import { housePicture, pictureIn } from "./house/picture.ts";

const TEMPORAL = "temporal.config.ts";
const sources = rooms.flatMap(sourcesUnder);
const imports = sources.flatMap(importsOf);
const between = (room: Room) => imports.filter(({ from, to }) => roomOf(from) === room && !to.startsWith(`${room}/`));
const shown = (list: readonly Import[]) =>
  list.map(({ from, to, typeOnly }) => `${from} -> ${typeOnly ? "type " : ""}${to}`);
const isOurs = (path: string) =>
  (rooms as readonly string[]).includes(roomOf(path)) || path === TEMPORAL || path.startsWith("test/");

/** What any room may say of what it does, to whoever watches. */
const SPANS = "engines/span.ts";

describe("imports run one way", () => {
  test("there is something to check", () => expect(imports.length).toBeGreaterThan(100));

  test.for(["bin/build.mjs", "tsconfig.json"])("%s names every room", (file) => {
    const text = readFileSync(join(root, file), "utf8");
    expect(rooms.filter((room) => !text.includes(`"${room}",`))).toEqual([]);
  });

  test.for(rooms)("%s imports from lower rooms only", (room) => {
    const lower: readonly string[] = rooms.slice(0, rooms.indexOf(room));
    const wrong = between(room).filter(({ to }) => isOurs(to) && !lower.includes(roomOf(to)) && to !== TEMPORAL);
    expect(shown(wrong)).toEqual([]);
  });

  test.for([
    ["engines", []],
    ["functions", ["domain"]],
    ["guardrails", ["domain", "functions"]],
    ["tools", ["domain", "functions"]],
    ["audit", ["domain", "functions"]],
    ["agents", ["domain", "functions", "tools"]],
  ] as const)("%s imports of ours %s alone", ([room, allowed]) => {
    const names: readonly string[] = allowed;
    const wrong = between(room).filter(({ to }) => isOurs(to) && !names.includes(roomOf(to)) && to !== SPANS);
    expect(shown(wrong)).toEqual([]);
  });

  test("spans are made by agents, the gateway and app alone", () => {
    const makers = new Set(imports.flatMap(({ from, to }) => (to === SPANS ? [roomOf(from)] : [])));
    expect([...makers].sort()).toEqual(["agents", "app", "gateway"]);
  });

  test("what a stranger verifies with is made of proof's formats, audit and domain alone", () => {
    const reached = new Set(sourcesUnder("proof/verify"));
    for (const file of reached) for (const { to } of importsOf(file)) if (isOurs(to)) reached.add(to);
    expect([...reached].filter((file) => !/^(proof\/(verify|log|bundle)|audit|domain)\//.test(file))).toEqual([]);
  });

  test("agents name tools by type only", () => {
    expect(shown(between("agents").filter(({ to, typeOnly }) => roomOf(to) === "tools" && !typeOnly))).toEqual([]);
  });

  test("the console takes types of the API's shapes, words of domain that need no schema, and nothing of Node", () => {
    const schemaFree = (path: string) => !/from "zod"|from "node:/.test(readFileSync(join(root, path), "utf8"));
    const wrong = between("console").filter(
      ({ to, typeOnly }) => isOurs(to) && !(typeOnly || (roomOf(to) === "domain" && schemaFree(to))),
    );
    expect(shown(wrong)).toEqual([]);
    expect(shown(between("console").filter(({ to }) => to.startsWith("node:")))).toEqual([]);
  });

  test("nobody imports the console: it is served as it was built", () => {
    expect(shown(imports.filter(({ from, to }) => roomOf(to) === "console" && roomOf(from) !== "console"))).toEqual([]);
  });

  test("the command line loads neither agents nor workers", () => {
    const wrong = between("cli").filter(({ to }) => /^(agents\/|workflows\/|@temporalio\/)/.test(to));
    expect(shown(wrong)).toEqual([]);
  });

  test("workflows take values only from Temporal, temporal.config.ts and schema-free domain files", () => {
    const schemaFree = (path: string) => !/from "(zod|tldts)"/.test(readFileSync(join(root, path), "utf8"));
    const wrong = between("workflows").filter(
      ({ to, typeOnly }) =>
        !typeOnly &&
        to !== "@temporalio/workflow" &&
        to !== TEMPORAL &&
        !(roomOf(to) === "domain" && schemaFree(to) && importsOf(to).every((inner) => inner.typeOnly)),
    );
    expect(shown(wrong)).toEqual([]);
  });

  test("no production file imports test", () => {
    expect(shown(imports.filter(({ to }) => to.startsWith("test/")))).toEqual([]);
  });

  test("the pure rooms use no node builtin, clock, randomness or environment", () => {
    const impure = /from "node:|\bprocess\.|Date\.now\(|new Date\(\)|Math\.random\(|\bfetch\(/;
    const files = ["domain", "functions", "guardrails"].flatMap(sourcesUnder);
    expect(files.filter((file) => impure.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
  });

  test("LangChain is imported by agents alone", () => {
    expect(shown(imports.filter(({ from, to }) => to.startsWith("@langchain/") && roomOf(from) !== "agents"))).toEqual(
      [],
    );
  });
});

describe("one road to an effect", () => {
  test("`act(` is called in workflows/guarded-step.ts alone", () => {
    const callers = sources.filter((file) => /\.act\(/.test(readFileSync(join(root, file), "utf8")));
    expect(callers).toEqual(["workflows/guarded-step.ts"]);
  });

  test("an effect tool's `execute(` is called in app/activities/act.ts alone", () => {
    const callers = sources.filter((file) => /tool\.execute\(/.test(readFileSync(join(root, file), "utf8")));
    expect(callers).toEqual(["app/activities/act.ts"]);
  });

  test("every writer of a port takes a permit first", () => {
    const ports = sourcesUnder("tools").filter((file) => file.endsWith("port.ts"));
    const writers = ports.flatMap((file) => [
      .../export type (\w*(?:Writer|Desk)) = \{([\s\S]*?)\n\};/g[Symbol.matchAll](
        readFileSync(join(root, file), "utf8"),
      ),
    ]);
    const methods = writers.flatMap(([, , body]) =>
      (body ?? "")
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
    );
    const acting = methods.filter((line) => /^\w+\(/.test(line) && !/^(find|read)/.test(line));
    expect(acting.length).toBeGreaterThanOrEqual(3);
    expect(acting.filter((line) => !/^\w+\(permit: Permit/.test(line))).toEqual([]);
  });
});

describe("what is secret", () => {
  /** Who makes keyed digests, and whether one that came from outside is compared with it there. */
  const keyed: { readonly [file: string]: "compares" | "makes" } = {
    "audit/object-names.ts": "makes",
    "audit/person-ref.ts": "makes",
    "audit/subject-key.ts": "makes",
    "audit/vault.ts": "makes",
    "db/scram.ts": "makes",
    "deciding/effect-key.ts": "makes",
    "deciding/service-ask.ts": "makes",
    "gateway/http/agreement-link.ts": "compares",
    "gateway/http/cursors.ts": "compares",
    "gateway/webhooks/hubspot/signature.ts": "compares",
  };
  const textOf = (file: string) => readFileSync(join(root, file), "utf8");

  test("a keyed digest is made in these files alone: another says here whether it compares one", () => {
    const makers = sources.filter((file) => /\bcreateHmac\(|\.blind\(/.test(textOf(file)));
    expect(makers.toSorted()).toEqual(Object.keys(keyed));
  });

  test.for(Object.keys(keyed).filter((file) => keyed[file] === "compares"))(
    "%s lets time tell nothing of what it expects",
    (file) => {
      const text = textOf(file);
      expect(text).toMatch(/\btimingSafeEqual\(/);
      const compared = text.match(/\bexpected *[!=]==|[!=]== *expected\b(?!\.length)|\.(?:equals|compare)\(/g);
      expect(compared).toBeNull();
    },
  );
});

describe("the house", () => {
  test.for([...rooms, "policies", "test", "bin", "docs"])(
    "%s has a README of at most 40 lines, drawings not counted",
    (folder) => {
      const lines = readFileSync(join(root, folder, "README.md"), "utf8")
        .replace(/\n<!-- graphs: [^]*?<!-- \/graphs -->\n/, "")
        .trimEnd()
        .split("\n");
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(lines.length).toBeGreaterThan(3);
    },
  );

  test("no source file is over 400 lines", () => {
    const length = (file: string) => readFileSync(join(root, file), "utf8").split("\n").length;
    const files = [...sources, ...sourcesUnder("test")].filter((file) => statSync(join(root, file)).isFile());
    expect(files.filter((file) => length(file) > 400)).toEqual([]);
  });

  test.for(["docs/decisions", "db/migrations"])("%s numbers its files once each, without a gap", (folder) => {
    const numbers = readdirSync(join(root, folder)).map((name) => Number(/^(\d{4})[-_]/.exec(name)?.[1]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
  });

  test("no folder is named utils, helpers, common, manager or misc", () => {
    expect(
      [...sources, ...sourcesUnder("test")].filter((file) =>
        /\/(utils|helpers|common|manager|misc)(\/|\.ts)/.test(file),
      ),
    ).toEqual([]);
  });

  test("the README's function table lists the ten functions of the framework first, and marks those that run", () => {
    const [table = ""] = /^\| F1 \|.*\n(?:\|.*\n)*/m.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
    const rows = table.trimEnd().split("\n");
    const codes = rows.map((row) => row.split("|")[1]?.trim());
    expect(codes.slice(0, 11)).toEqual(["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "+"]);
    const running = rows.filter((row) => /\bruns\b/.test(row)).map((row) => row.split("|")[1]?.trim());
    expect(new Set(running)).toEqual(new Set(Object.values(functions).map(({ code }) => code)));
  });

  test.for(Object.values(functions))(
    "function `$id` is one folder, with its fixture, limits and cases",
    (definition) => {
      const { id, actions } = definition;
      const policies = actions.flatMap((action) => [`policies/${action.id}.yaml`, `policies/${action.id}.test.yaml`]);
      for (const file of [`functions/${id}/function.ts`, `functions/${id}/fixture.ts`, ...policies]) {
        expect(statSync(join(root, file), { throwIfNoEntry: false })?.isFile() ?? false, file).toBe(true);
      }
    },
  );

  test("the README's picture is what `npm run house` draws", () => {
    expect(pictureIn(readFileSync(join(root, "README.md"), "utf8"))).toBe(housePicture());
  });

  test("no production file imports a fixture", () => {
    const wrong = imports.filter(({ from, to }) => /[/-]fixture\.ts$/.test(to) && !/[/-]fixture\.ts$/.test(from));
    expect(shown(wrong)).toEqual([]);
  });
});
