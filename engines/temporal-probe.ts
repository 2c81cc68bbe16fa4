import { connect } from "node:http2";

const PROBE_TIMEOUT_MS = 2_000;
const GRPC_OK = "0";
const PATH = "/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace";

/**
 * Asks a Temporal server over plaintext gRPC to describe the namespace: true when it answers OK, so it serves requests
 * and the namespace exists. Written on node:http2 because loading the client library takes longer than the server's
 * start. `address` is `host:port`.
 */
export function answersGrpc(address: string, namespace: string = "default"): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const finish = (ok: boolean): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(ok);
    };
    const timer = setTimeout(() => finish(false), PROBE_TIMEOUT_MS);
    session.once("error", () => finish(false));
    const request = session.request({
      ":method": "POST",
      ":path": PATH,
      "content-type": "application/grpc",
      te: "trailers",
    });
    let status: unknown;
    request.on("response", (headers) => (status ??= headers["grpc-status"]));
    request.on("trailers", (trailers) => (status ??= trailers["grpc-status"]));
    request.on("error", () => finish(false));
    request.on("close", () => finish(status === GRPC_OK));
    request.resume();
    request.end(frame(namespace));
  });
}

/** One uncompressed gRPC message: DescribeNamespaceRequest with `namespace`, its field 1 (names under 128 bytes). */
function frame(namespace: string): Buffer {
  const name = Buffer.from(namespace, "utf8");
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
