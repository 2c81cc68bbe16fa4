import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createPool } from "../../db/pool.ts";

/**
 * The peer: a plain `node:http` handler that checks the same HMAC over the raw body, parses it, makes one durable insert
 * into the same table, and answers 202. No checks of shape, age, size, depth, duplicates or order. A process of its own.
 */
const { databaseUrl, secret } = JSON.parse(process.argv[2] ?? "{}") as { databaseUrl: string; secret: string };
const pool = createPool(databaseUrl);
let url = "";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    const timestamp = String(request.headers["x-hubspot-request-timestamp"]);
    const expected = createHmac("sha256", secret)
      .update(`POST${url}${request.url}`)
      .update(body)
      .update(timestamp)
      .digest();
    const given = Buffer.from(String(request.headers["x-hubspot-signature-v3"]), "base64");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.writeHead(401).end();
      return;
    }
    const [event] = JSON.parse(body.toString("utf8")) as [{ eventId: number; objectId: number; occurredAt: number }];
    pool
      .query({
        name: "bare-insert",
        text: `insert into inbox (company, event_id, source, source_key, body_digest, system, object_type, object_id, occurred_at, body, state)
               values ('bare', $1, 'hubspot', $1, '', 'crm', 'deal', $2, to_timestamp($3 / 1000.0), $4, 'ignored')`,
        values: [String(event.eventId), String(event.objectId), event.occurredAt, body.toString("utf8")],
      })
      .then(
        () => response.writeHead(202).end(),
        () => response.writeHead(500).end(),
      );
  });
});
server.listen(0, "127.0.0.1", () => {
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.send?.({ ready: true, url });
});
process.on("disconnect", () => process.exit());
