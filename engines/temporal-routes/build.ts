import { join } from "node:path";
import { installCopy, withFetchFolder } from "./binary-cache.ts";
import { type BinaryRoute, BUILT_VERSION, found, lastLine, notFound } from "./route.ts";

const MODULE = `github.com/temporalio/cli/cmd/temporal@v${BUILT_VERSION}`;
const ARGS: readonly string[] = ["install", "-trimpath", "-tags", "disable_grpc_modules", "-ldflags", "-s -w", MODULE];
const TIMEOUT_MS = 30 * 60_000;

/** A build of the Go module: about three minutes and 3 GB of caches, which are deleted afterwards. */
export const buildRoute: BinaryRoute = {
  name: "build",
  label: `a build of the Go module ${BUILT_VERSION}`,
  async try(context) {
    const { code, failure } = await context.run("go", ["version"], { timeoutMs: 20_000 });
    if (code !== 0) return notFound(`go ${failure ?? "does not run"}`);
    return withFetchFolder(context, async (folder) => {
      const env = {
        CGO_ENABLED: "0",
        GOPATH: join(folder, "path"),
        GOMODCACHE: join(folder, "path", "pkg", "mod"),
        GOCACHE: join(folder, "cache"),
        GOBIN: join(folder, "bin"),
        // Otherwise the module cache is read-only and cannot be deleted.
        GOFLAGS: "-modcacherw",
      };
      const signal = context.signal === undefined ? {} : { signal: context.signal };
      const outcome = await context.run("go", ARGS, { timeoutMs: TIMEOUT_MS, env, cwd: folder, ...signal });
      if (outcome.code !== 0) return notFound(`go install ${outcome.failure ?? `said: ${lastLine(outcome.output)}`}`);
      const ending = context.platform.startsWith("win32") ? ".exe" : "";
      const file = await installCopy(context, "build", join(folder, "bin", `temporal${ending}`));
      return found(file, BUILT_VERSION);
    });
  },
  wayOut: () =>
    `CGO_ENABLED=0 go install -trimpath -tags disable_grpc_modules -ldflags '-s -w' ${MODULE} && ` +
    'export MANDATE_TEMPORAL_BIN="$(go env GOPATH)/bin/temporal"',
};
