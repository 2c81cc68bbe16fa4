import { z } from "zod";

/** A payload as the engine keeps it. */
export type CodecPayload = {
  readonly metadata?: { [name: string]: Uint8Array } | null;
  readonly data?: Uint8Array | null;
};

const Payloads = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).optional(), data: z.base64().optional() })),
});

/** Payloads of a request, JSON with values in base64; undefined where it is none. */
export function readPayloads(bytes: Uint8Array): CodecPayload[] | undefined {
  const read = Payloads.safeParse(parsed(bytes));
  return read.data?.payloads.map(({ metadata = {}, data = "" }) => ({
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, "base64")])),
    data: Buffer.from(data, "base64"),
  }));
}

export function writePayloads(payloads: readonly CodecPayload[]) {
  return payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
    data: base64(data ?? new Uint8Array()),
  }));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
