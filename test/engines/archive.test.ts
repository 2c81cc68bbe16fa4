import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { untarMember, unzipMember } from "../../engines/temporal-routes/archive.ts";
import { tarGzOf, zipOf } from "./archives.ts";

const folder = mkdtempSync(join(tmpdir(), "mandate-archive-"));
const [archive, target] = [join(folder, "archive"), join(folder, "member")];
const long = "0123456789".repeat(100_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kinds = [
  {
    name: "a deflated zip",
    pack: (members: Record<string, string>) => zipOf(members, "deflated"),
    unpack: unzipMember,
  },
  { name: "a stored zip", pack: (members: Record<string, string>) => zipOf(members, "stored"), unpack: unzipMember },
  { name: "a tar.gz", pack: tarGzOf, unpack: untarMember },
];

describe.for(kinds)("$name", ({ pack, unpack }) => {
  test("one member comes out whole, wherever it lies", async () => {
    writeFileSync(archive, pack({ "a/first": "one", "b/second": long, third: "three" }));
    await unpack(archive, "b/second", target);
    expect(readFileSync(target, "utf8")).toBe(long);
    await unpack(archive, "third", target);
    expect(readFileSync(target, "utf8")).toBe("three");
  });

  test("a member that is not there is named", async () => {
    writeFileSync(archive, pack({ first: "one" }));
    await expect(unpack(archive, "second", target)).rejects.toThrow("holds no second");
  });

  test("a file cut off in the middle is refused", async () => {
    const whole = pack({ first: long, second: "two" });
    writeFileSync(archive, whole.subarray(0, whole.length / 2));
    await expect(unpack(archive, "second", target)).rejects.toThrow(/unexpected end|cut off|not a zip/);
  });
});
