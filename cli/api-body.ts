import type { ClientResponse } from "hono/client";
import type { Problem } from "../gateway/http/problem.ts";
import { failure, refusalOf, type CliFailure } from "./failure.ts";

type Answered = Pick<ClientResponse<unknown, number>, "ok" | "status" | "url" | "json">;
type BodyOf<Asked> = Asked extends ClientResponse<infer Body, 200 | 202, "json"> ? Body : never;

/** What a route answered when it did what was asked. Throws `CliFailure` for a refusal, and for what is no answer of the API. */
export async function bodyOf<Asked extends Answered>(asked: Promise<Asked>): Promise<BodyOf<Asked>> {
  const response = await asked;
  const body = await jsonIn(response);
  if (response.ok) return body as BodyOf<Asked>;
  throw failureOf(response, body);
}

/** What an answer that is a refusal means to a command. Throws `CliFailure` where it is not JSON. */
export async function failureIn(response: Answered): Promise<CliFailure> {
  return failureOf(response, await jsonIn(response));
}

/** A list that comes page by page. */
export async function* pagesOf<Page extends { readonly next: string | null }>(
  ask: (cursor: string | undefined) => Promise<Page>,
): AsyncGenerator<Page, void> {
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    yield page;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

type Counted = { readonly next: string | null; readonly total: number | null };

/** Every page of a list, with how many there are in all as the first page counted them. */
export async function everyPage<Page extends Counted>(
  ask: (query: { readonly cursor: string | undefined; readonly total: "true" | "false" }) => Promise<Page>,
): Promise<{ readonly pages: readonly Page[]; readonly total: number }> {
  const pages: Page[] = [];
  for await (const page of pagesOf((cursor) => ask({ cursor, total: cursor === undefined ? "true" : "false" }))) {
    pages.push(page);
  }
  return { pages, total: pages[0]?.total ?? 0 };
}

async function jsonIn(response: Answered): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw unexpected(response, ", and not JSON");
  }
}

function failureOf(response: Answered, body: unknown): CliFailure {
  return isProblem(body) ? refusalOf(body) : unexpected(response);
}

function unexpected({ url, status }: Answered, more = ""): CliFailure {
  const detail = `${new URL(url).origin} answered with status ${status}${more}`;
  return failure("failure", "unexpected-answer", detail, "is this Mandate's address?");
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { code, detail, status } = value as { [name: string]: unknown };
  return typeof code === "string" && typeof detail === "string" && typeof status === "number";
}
