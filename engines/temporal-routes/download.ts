import { chmodSync, createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { untarMember, unzipMember } from "./archive.ts";
import { installCopy, withFetchFolder } from "./binary-cache.ts";
import { type BinaryRoute, found, notFound, PINNED_VERSION, type RouteContext, versionOf } from "./route.ts";

const ANSWER_TIMEOUT_MS = 5_000;
const BODY_TIMEOUT_MS = 300_000;

const platforms: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin", win32: "windows" };
const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * The official download, the same address its install script uses. There is no published hash to pin, so it is trusted
 * by its TLS address and version, and its hash is noted for the cache.
 */
export const downloadRoute: BinaryRoute = {
  name: "download",
  label: "the official download",
  async try(context) {
    const url = archiveUrl(context);
    if (url === undefined) return notFound(`there is no download for ${context.platform}`);
    return withFetchFolder(context, async (folder) => {
      const archive = join(folder, "archive");
      try {
        await fetchTo(url, archive, context.signal);
        const [binary, isZip] = [join(folder, "temporal"), context.platform.startsWith("win32")];
        await (isZip ? unzipMember(archive, "temporal.exe", binary) : untarMember(archive, "temporal", binary));
        chmodSync(binary, 0o755);
        const answer = await versionOf(binary, context);
        if ("reason" in answer) return notFound(answer.reason);
        return found(await installCopy(context, "download", binary), answer.version);
      } catch (error) {
        return notFound(faultText(error));
      }
    });
  },
  wayOut: (context) =>
    `curl -fsSL "${archiveUrl(context) ?? "https://temporal.download"}" | tar -xz -C ${context.cacheFolder} temporal && ` +
    `export MANDATE_TEMPORAL_BIN=${context.cacheFolder}/temporal`,
};

function archiveUrl({ platform, downloadBase }: RouteContext): string | undefined {
  const [system = "", machine = ""] = platform.split("-");
  const [os, arch] = [platforms[system], architectures[machine]];
  if (os === undefined || arch === undefined) return undefined;
  return `${downloadBase}/cli/archive/v${PINNED_VERSION}?platform=${os}&arch=${arch}`;
}

async function fetchTo(url: string, file: string, signal: AbortSignal | undefined): Promise<void> {
  const hurry = new AbortController();
  const timer = setTimeout(
    () => hurry.abort(new Error(`no answer in ${ANSWER_TIMEOUT_MS / 1_000} s`)),
    ANSWER_TIMEOUT_MS,
  );
  const signals = [hurry.signal, AbortSignal.timeout(BODY_TIMEOUT_MS), ...(signal === undefined ? [] : [signal])];
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    clearTimeout(timer);
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
  } finally {
    clearTimeout(timer);
  }
}

/** fetch hides the reason (refused, unknown host) in `cause`. */
function faultText(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
