import type { EscalationShown, EscalationView } from "../gateway/http/escalations.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import type { Client } from "./client.ts";
import { failure } from "./failure.ts";

const whole = /^esc_[0-9a-f]{20}$/;

/** The escalation that an id, or the beginning of one, names. Throws `CliFailure` when none or several match. */
export async function findEscalation(client: Client, id: string): Promise<EscalationView> {
  const { escalations } = client.v1;
  if (whole.test(id)) return showEscalation(client, id);
  const beginning = id.startsWith("esc_") ? id : `esc_${id}`;
  const { pages } = await everyPage((page) => bodyOf(escalations.$get({ query: page })));
  const known = pages.flatMap((page) => page.escalations);
  const matching = known.filter(({ escalationId }) => escalationId.startsWith(beginning));
  const [found, ...others] = matching;
  if (found === undefined) {
    throw failure(
      "notFound",
      "not-found",
      `no escalation begins with \`${id}\``,
      "see `mandate escalations list --state all`",
    );
  }
  if (others.length > 0) {
    const ids = matching.map(({ escalationId }) => escalationId).join(", ");
    throw failure("usage", "ambiguous", `\`${id}\` begins several escalations: ${ids}`, "give more of the id");
  }
  return found;
}

/** An escalation by its whole id, with what people did to it. */
export async function showEscalation(client: Client, escalationId: string): Promise<EscalationShown> {
  return bodyOf(client.v1.escalations[":escalationId"].$get({ param: { escalationId } }));
}
