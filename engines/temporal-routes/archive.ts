import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createInflateRaw } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const STORED = 0;
const DEFLATED = 8;
const TAR_BLOCK_BYTES = 512;

type ZipMember = { readonly method: number; readonly headerOffset: number; readonly packedBytes: number };

/** Writes one member of a zip archive (plain zip, no encryption, no zip64) to `target`. @throws when it is not there. */
export async function unzipMember(archive: string, name: string, target: string): Promise<void> {
  const file = await open(archive, "r");
  try {
    const member = await findMember(file, name);
    if (member === undefined) throw new Error(`${archive} holds no ${name}`);
    const header = await readAt(file, member.headerOffset, 30);
    const start = member.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = createReadStream(archive, { start, end: start + member.packedBytes - 1 });
    if (member.method !== STORED && member.method !== DEFLATED)
      throw new Error(`${name} is packed by method ${member.method}`);
    const unpack = member.method === DEFLATED ? createInflateRaw() : new PassThrough();
    await pipeline(packed, unpack, createWriteStream(target));
  } finally {
    await file.close();
  }
}

/** Writes one member of a .tar.gz archive to `target`. @throws when it is not there. */
export async function untarMember(archive: string, name: string, target: string): Promise<void> {
  let seen = false;
  const pick = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of tarPieces(chunks)) {
      if (piece.name !== name) continue;
      seen = true;
      yield piece.data;
    }
  };
  await pipeline(createReadStream(archive), createGunzip(), pick, createWriteStream(target));
  if (!seen) throw new Error(`${archive} holds no ${name}`);
}

async function findMember(file: FileHandle, name: string): Promise<ZipMember | undefined> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT_BYTES);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  let end = tail.length - END_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error("not a zip archive");
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_ENTRY;) {
    const nameBytes = directory.readUInt16LE(at + 28);
    if (directory.toString("utf8", at + 46, at + 46 + nameBytes) === name) {
      const [method, packedBytes] = [directory.readUInt16LE(at + 10), directory.readUInt32LE(at + 20)];
      return { method, packedBytes, headerOffset: directory.readUInt32LE(at + 42) };
    }
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return undefined;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new Error("the archive is cut off");
  return buffer;
}

/** Cuts a tar stream into its members' data; a member's header is one block, its data is padded to whole blocks. */
async function* tarPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ name: string; data: Buffer }> {
  let pending: Buffer = Buffer.alloc(0);
  let member = { name: "", dataBytes: 0, paddingBytes: 0 };
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      if (member.dataBytes > 0) {
        const data = pending.subarray(0, member.dataBytes);
        if (data.length === 0) break;
        yield { name: member.name, data };
        member.dataBytes -= data.length;
        pending = pending.subarray(data.length);
      } else if (member.paddingBytes > 0) {
        const skipped = Math.min(pending.length, member.paddingBytes);
        if (skipped === 0) break;
        member.paddingBytes -= skipped;
        pending = pending.subarray(skipped);
      } else {
        if (pending.length < TAR_BLOCK_BYTES) break;
        member = tarHeader(pending.subarray(0, TAR_BLOCK_BYTES));
        pending = pending.subarray(TAR_BLOCK_BYTES);
      }
    }
  }
  if (member.dataBytes > 0) throw new Error("the archive is cut off");
}

function tarHeader(block: Buffer): { name: string; dataBytes: number; paddingBytes: number } {
  const text = (from: number, to: number): string => block.toString("utf8", from, to).split("\0")[0] ?? "";
  const dataBytes = Number.parseInt(text(124, 136).trim() || "0", 8);
  const paddingBytes = (TAR_BLOCK_BYTES - (dataBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
  return { name: text(0, 100).replace(/^\.\//, ""), dataBytes, paddingBytes };
}
