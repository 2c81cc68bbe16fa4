import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import type { Bundle } from "../../proof/bundle/bundle.ts";
import type { Selection } from "../../proof/bundle/manifest.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { askBundle, type ExportRefused } from "../../proof/export/ask.ts";
import type { BundleKeys } from "../../proof/export/keys.ts";
import { linesOf } from "../../proof/export/wire.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse, type ProblemCode } from "./problem.ts";
import { GivenTime, withToken } from "./route.ts";

const Company = z.string().min(1).max(64);

const Asked = z.object({
  case: z.string().min(1).max(512).optional().openapi({ description: "This case alone" }),
  since: GivenTime.optional().openapi({ description: "Whole logs, with the bodies of what is dated then or later" }),
  company: Company.optional().openapi({ description: "Whole logs of this company, with all bodies" }),
  as: Company.optional().openapi({ description: "The company that will read it (default: this one)" }),
});

const route = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/audit/bundle",
  summary: "Export records as a bundle that proves itself: give one of `case`, `since` and `company`",
  request: { query: Asked },
  responses: {
    200: {
      description:
        "Pieces of files, one JSON object per line: `{path, base64}`; pieces of one path belong together in this order. " +
        "The last line is `{end: {pieces}}`; without it the bundle is not whole",
      content: { "application/x-ndjson": { schema: z.string() } },
    },
    ...problemResponses({
      400: "A parameter is wrong, or not exactly one of three is given",
      401: "No token of a known person",
      403: "The role may not export this",
      404: "No such case, company, or log shared with that company",
      409: "Records are not under a checkpoint yet: ask again in a few seconds",
    }),
  },
});

type AuditBundleDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly keys: BundleKeys | undefined;
  readonly now: () => number;
  readonly log: Logger;
};

/** Records to take away. */
export function auditBundleApi({ pool, company, keys, now, log }: AuditBundleDeps) {
  return new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    const { company: named, as: reader = company, ...rest } = c.req.valid("query");
    const selection = selectionOf({ ...rest, company: named });
    if (selection === undefined) return refuse(c, "validation", "give exactly one of `case`, `since` and `company`");
    if (named !== undefined && named !== company) return refuse(c, "not-found", `no company \`${named}\` here`);
    if (keys === undefined) return refuse(c, "not-found", "this gateway does not know the logs' keys");
    const { personId, role } = c.var.person;
    const about = { component: "audit", personId, reader, selection };
    const bundle = await askBundle(pool, keys, { company, reader, selection, role, at: new Date(now()).toISOString() });
    if (bundle.kind === "refused") {
      log.warn({ ...about, code: bundle.code }, "audit export refused");
      return refuse(c, problemCodes[bundle.code], bundle.detail);
    }
    log.info(about, "audit export begins");
    const stream = streamOf(bundle, (error) => log.error({ ...about, err: error }, "audit export broke off"));
    // The router types answers in JSON and plain text alone.
    return c.body(stream, 200, { "content-type": "application/x-ndjson" }) as never;
  });
}

const problemCodes = {
  "wrong-role": "wrong-role",
  "not-theirs": "not-found",
  "not-found": "not-found",
  waiting: "not-under-checkpoint",
} as const satisfies { readonly [code in ExportRefused["code"]]: ProblemCode };

function selectionOf(asked: Pick<z.infer<typeof Asked>, "case" | "since" | "company">): Selection | undefined {
  const { case: caseId, since, company } = asked;
  if ([caseId, since, company].filter((one) => one !== undefined).length !== 1) return undefined;
  if (caseId !== undefined) return { kind: "case", case: caseId };
  return since === undefined ? { kind: "company" } : { kind: "since", since };
}

/** Reads the bundle as fast as it is taken, and closes it when nobody takes it any more. */
function streamOf(bundle: Bundle, onFailure: (error: unknown) => void): ReadableStream<Uint8Array> {
  const lines = linesOf(bundle.pieces, onFailure);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done !== true) return controller.enqueue(encoder.encode(value));
      await bundle.close();
      controller.close();
    },
    async cancel() {
      await lines.return();
      await bundle.close();
    },
  });
}
