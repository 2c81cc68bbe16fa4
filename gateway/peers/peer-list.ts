import { z } from "zod";
import { JsonText } from "../../domain/json-text.ts";

/** A token crosses a network under TLS alone. */
const Url = z.url({ protocol: /^https?$/ }).refine((url) => {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
});

const Peers = z.record(z.string(), z.strictObject({ url: Url, token: z.string().min(1) }));

/** Other companies by name: where each hears words, and the token that it gave us for them. */
export type Peers = z.infer<typeof Peers>;

/** The same as JSON text. */
export const PeerList = JsonText.pipe(Peers);
