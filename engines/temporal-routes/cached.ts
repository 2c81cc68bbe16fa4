import { existsSync, rmSync } from "node:fs";
import { cachedCopy, type CopyOrigin, sha256Of } from "./binary-cache.ts";
import { type BinaryRoute, found, notFound } from "./route.ts";

const origins: readonly CopyOrigin[] = ["wheel", "download", "build"];

/** The copy that an earlier start left in the user's cache folder; hashed again each time, deleted when it differs. */
export const cachedRoute: BinaryRoute = {
  name: "cached",
  label: "the copy in the cache folder",
  async try(context) {
    const reasons: string[] = [];
    for (const origin of origins) {
      const { file, version, sha256 } = cachedCopy(context, origin);
      if (!existsSync(file)) continue;
      const actual = await sha256Of(file);
      if (sha256 === actual) return found(file, version);
      rmSync(file, { force: true });
      reasons.push(`${file} has SHA-256 ${actual}, expected ${sha256 ?? "one noted beside it"}: refused and deleted`);
    }
    return notFound(reasons.length === 0 ? `none in ${context.cacheFolder}` : reasons.join("; "));
  },
  wayOut: (context) =>
    `cp /path/to/temporal-1.9.1 ${cachedCopy(context, "wheel").file}   # the unchanged binary of the wheel`,
};
