import { nearest } from "../../guardrails/did-you-mean.ts";
import type { NameListContent } from "../../gateway/http/lists.ts";
import { bodyOf } from "../api-body.ts";
import { failure } from "../failure.ts";
import type { connect } from "../session.ts";

type Client = Awaited<ReturnType<typeof connect>>;

export async function allLists(client: Client) {
  return bodyOf(client.v1.lists.$get());
}

/** What a list holds and how it came to that. Throws `CliFailure` with the name that may be meant. */
export async function contentOf(client: Client, id: string): Promise<NameListContent> {
  const { lists } = await allLists(client);
  const ids = lists.map(({ list }) => list);
  if (!ids.includes(id)) {
    const near = nearest(id, ids);
    const fix = near === undefined ? "see `mandate lists`" : `did you mean \`${near}\`?`;
    throw failure("notFound", "no-such-list", `no list \`${id}\``, fix);
  }
  return bodyOf(client.v1.lists[":list"].$get({ param: { list: id } }));
}
