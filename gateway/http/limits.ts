/** Largest request body: 256 KiB. */
export const MAX_BODY_BYTES = 262_144;

/** The whole time a request may take. HubSpot itself gives up after 5 s. */
export const REQUEST_TIMEOUT_MS = 10_000;

export type BodyRead = { readonly kind: "read"; readonly bytes: Uint8Array } | { readonly kind: "too-large" };

/** The body's bytes, or `too-large` as soon as that is known: by its declared length, else when the limit is passed. */
export async function readBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<BodyRead> {
  const declared = request.headers.get("content-length");
  if (declared === null) return readStream(request.body, maxBytes);
  if (Number(declared) > maxBytes) return { kind: "too-large" };
  return { kind: "read", bytes: new Uint8Array(await request.arrayBuffer()) };
}

async function readStream(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<BodyRead> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    length += next.value.byteLength;
    if (length > maxBytes) {
      await reader?.cancel();
      return { kind: "too-large" };
    }
    chunks.push(next.value);
  }
  return { kind: "read", bytes: Buffer.concat(chunks, length) };
}
