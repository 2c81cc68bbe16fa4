import type { Context, TypedResponse } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "@hono/zod-openapi";
import { pointerOf } from "./pointer.ts";

/** RFC 9457 problem. `code` is stable; `fix` says what to do; `errors` point into the body. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    fix: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi("Problem");
export type Problem = z.infer<typeof Problem>;

type Entry = readonly [status: number, title: string, fix: string | undefined];

/** Every refusal the API gives, once: status, title, and what to do about it. The code is stable. */
const problems = {
  "signature-missing": [401, "The signature is missing", "send X-HubSpot-Signature-v3 and X-HubSpot-Request-Timestamp"],
  "signature-malformed-timestamp": [401, "The timestamp is not a time", "send the timestamp as decimal milliseconds"],
  "signature-stale": [401, "The request is too old", "sign it again; check the sender's and this machine's clock"],
  "signature-future": [401, "The request is from the future", "check the sender's and this machine's clock"],
  "signature-forged": [
    401,
    "The signature does not match",
    "check the client secret and the public URL that is signed",
  ],
  "not-authenticated": [
    401,
    "Who asks is not known",
    "send `Authorization: Bearer <token>`; `mandate people add` makes one",
  ],
  "malformed-json": [400, "The body is not JSON", undefined],
  "too-deep": [400, "The body is nested too deeply", "flatten it"],
  "duplicate-key": [400, "A key appears twice", "send every key once"],
  validation: [400, "The request is not as documented", "see /openapi.json"],
  "too-large": [413, "The body is too large", "send at most 256 KiB"],
  "not-found": [404, "There is no such thing", undefined],
  "already-there": [409, "There is one already", "choose another id"],
  "alias-taken": [409, "The name is somebody else's", "take it off them first: `mandate people alias remove`"],
  "own-id": [409, "A person's own id stays theirs", undefined],
  unchanged: [409, "It is so already", undefined],
  "already-decided": [409, "It was decided already", undefined],
  "not-whole": [
    409,
    "Not everything that is asked can be read",
    "correct the record, and it is asked anew; or reject it",
  ],
  "login-closed": [403, "Nobody picks who they are here", "log in with your own token"],
  "other-site": [403, "The request is not the console's own", "use the console's page, or a token"],
  "not-editable": [409, "Nothing of it may be edited", "approve or reject it, or ask something back"],
  blocked: [409, "The rules block it", "put values there that they do not block"],
  "changed-since": [412, "It changed since it was read", "read it again, and move it as it stands now"],
  "not-now": [409, "It does not stand where that may be done", undefined],
  "not-requester": [403, "Only who asked it may", "let who asked take it back, or reject it"],
  "wrong-person": [403, "That person may not", undefined],
  "stale-action": [409, "The action is not the one that was shown", "read it again and answer what it asks now"],
  superseded: [409, "The question is moot", undefined],
  "past-deadline": [409, "The deadline has passed", undefined],
  "too-late": [409, "It is being done, or is done", "see where it stands"],
  "answered-otherwise": [409, "Another answer was given first", "see what stands; an answer is never replaced"],
  "own-request": [403, "A request is not answered by who made it", "ask somebody else in the role to answer"],
  "unknown-requester": [
    403,
    "Nobody knows who asks",
    "have an admin say who that is: `mandate people alias add`, or put another name in the record",
  ],
  "wrong-role": [403, "The role may not answer", undefined],
  "idempotency-key-reused": [409, "The key was used for another request", "send a fresh Idempotency-Key"],
  "not-your-request": [403, "Only a system asks for somebody else", "leave `requestedBy` out, or use a system's token"],
  "not-your-decision": [403, "Another caller asked for it", "use the token that asked"],
  "not-answered": [409, "People have not answered yet", "try again after they did"],
  "not-approved": [409, "People did not approve it", undefined],
  "nobody-asked": [409, "Nobody is asked", "see `mandate decisions show` for where it stands"],
  "no-permit": [409, "Nothing was permitted", undefined],
  "function-stopped": [409, "The function is stopped", "try again once the function runs"],
  "already-settled": [409, "Another outcome was reported", undefined],
  "stale-release": [409, "The releases moved on", "see `mandate policy releases` and repeat"],
  "not-waiting": [409, "Nothing of it waits", "see `mandate policy releases`"],
  "release-waits": [
    409,
    "A release waits for a second person",
    "let it pass (`mandate policy promote RELEASE`) or withdraw it (`mandate policy rollback RELEASE`) first, or put this one in its place: `mandate policy apply --replace`",
  ],
  "canary-runs": [
    409,
    "A canary runs, and this would end it",
    "let it go on to all (`mandate policy promote RELEASE`) or withdraw it (`mandate policy rollback RELEASE`) first, or put this one in its place: `mandate policy apply --replace`",
  ],
  "mode-unchanged": [409, "The mode is that already", undefined],
  "list-unchanged": [409, "The list holds that already", undefined],
  "key-registered": [409, "Another signing key is registered", "sign with that one; a key is never replaced"],
  "not-signed": [403, "The signature does not count", "sign with the registered key, for this company, by this clock"],
  "not-json": [415, "The body is of another kind", "send what the route takes, and say so in Content-Type"],
  "foreign-host": [421, "The host is not ours", "name it in MANDATE_HOSTS, or in MANDATE_PUBLIC_URL"],
  "no-such-method": [405, "The path has no such method", "use one that Allow names"],
  "too-many-questions": [
    429,
    "The token asks people too much",
    "wait as Retry-After says; MANDATE_QUESTIONS_PER_HOUR sets how many questions one token may open",
  ],
  "still-odd": [409, "It cannot be taken yet", "mend what is named and replay it, or drop it"],
  "left-quarantine": [409, "It left the quarantine", undefined],
  "not-late": [409, "It is not held as late", "see `mandate events late`"],
  "not-a-batch": [415, "The body is no batch", "send NDJSON or CSV, and say which in Content-Type"],
  "batch-too-large": [413, "The batch is too large", "send a shorter window"],
  "wrong-facts": [422, "Facts are wrong", "correct what is named; /openapi.json has each policy's facts and units"],
  "batch-unreadable": [422, "The batch cannot be read", "name the columns in the first line"],
  "batch-conflict": [
    409,
    "Another batch stands there",
    "send it with `replace=true` if it is to take the other's place",
  ],
  "batch-under-way": [409, "A batch is coming in there", "wait for it, then look at it"],
  "too-much-waits": [429, "Too much waits", "send it again after the seconds in Retry-After"],
  "not-asked-for": [422, "The function is not asked for", "name one that is"],
  "wrong-subject": [422, "The function is about another kind of object", "name an object of its own kind"],
  "release-refused": [422, "The release is not sound", "see `mandate policy check`"],
  "sandbox-closed": [403, "The sandbox's door is shut", "use `mandate dev`, or set MANDATE_MODE=development"],
  "not-under-checkpoint": [409, "Records are not under a checkpoint yet", "ask again in a few seconds"],
  "on-hold": [409, "A legal hold is on it", "see `mandate audit hold list`; erase once the hold is released"],
  "still-open": [409, "Something of it is under way", "settle what is named, then ask again"],
  "crm-silent": [503, "The CRM does not answer", "see that it runs and HUBSPOT_ACCESS_TOKEN opens it; try again"],
  "not-stored": [503, "The events could not be stored", "nothing of this batch was kept; send it again"],
  unavailable: [
    503,
    "The database is away",
    "send it again after the seconds in Retry-After; what was done already is found then",
  ],
  "timed-out": [504, "The answer took too long", "try again"],
  internal: [500, "Something broke here", "try again; the log says more"],
} as const satisfies { readonly [code: string]: Entry };

export type ProblemCode = keyof typeof problems;
type StatusOf<C extends ProblemCode> = (typeof problems)[C][0];
type FieldErrors = Readonly<NonNullable<Problem["errors"]>>;

/** The RFC 9457 document for a code. `detail` is public: it never repeats what another company owns. */
export function problemOf(code: ProblemCode, detail: string, errors?: FieldErrors): Problem {
  const [status, title, fix] = problems[code];
  const type = `urn:mandate:problem:${code}`;
  return {
    type,
    title,
    status,
    code,
    detail,
    ...(fix !== undefined && { fix }),
    ...(errors && { errors: [...errors] }),
  };
}

/** One response type per status, so that a route's declared responses can be told apart. */
type ProblemReturn<Status> = Status extends ContentfulStatusCode
  ? Response & TypedResponse<Problem, Status, "json">
  : never;

/** Answers with a problem; `application/problem+json`. */
export function refuse<C extends ProblemCode>(
  c: Context,
  code: C,
  detail: string,
  errors?: FieldErrors,
): ProblemReturn<StatusOf<C>> {
  const headers = { "content-type": "application/problem+json" };
  const response = c.json(problemOf(code, detail, errors), problems[code][0], headers);
  return response as ProblemReturn<StatusOf<C>>;
}

/** What zod found wrong, each fault with a pointer to its field; at most 20. */
export function fieldErrors(error: z.ZodError): FieldErrors {
  return error.issues.slice(0, 20).map(({ path, message }) => ({ pointer: pointerOf(path), detail: message }));
}

type ProblemResponse = {
  readonly description: string;
  readonly content: { readonly "application/problem+json": { readonly schema: typeof Problem } };
};

/** The problem half of a route's documented responses: what each status means there. */
export function problemResponses<Described extends { readonly [status: number]: string }>(
  described: Described,
): { readonly [Status in keyof Described]: ProblemResponse } {
  const content = { "application/problem+json": { schema: Problem } };
  const entries = Object.entries(described).map(([status, description]) => [status, { description, content }]);
  return Object.fromEntries(entries) as { readonly [Status in keyof Described]: ProblemResponse };
}
