import type { PersonView } from "../../gateway/http/people.ts";
import type { WaitingView } from "../../gateway/http/people-changes.ts";
import { ask } from "../api.ts";
import { open, type Change } from "../dialogs.ts";
import { Value } from "../said.tsx";
import { me, said, trouble } from "../state.ts";
import { useRead } from "../use-read.ts";

const ADMIN = "admin";

/** Who is who. What widens somebody's power waits for a second admin; what narrows it holds at once. */
export function People() {
  const isAdmin = me.value?.role === ADMIN;
  const people = useRead<{ readonly people: readonly PersonView[] }>("/v1/people?limit=200");
  const waiting = useRead<{ readonly changes: readonly WaitingView[] }>(
    isAdmin ? "/v1/people-changes?limit=200" : null,
  );
  if (people.body === null) return <p class="quiet">Loading…</p>;
  const again = async () => {
    await Promise.all([people.again(), waiting.again()]);
  };
  return (
    <article class="card" aria-label="People">
      <h2>People</h2>
      {!isAdmin && <p class="quiet">Admins change who is who; here anybody may read it.</p>}
      {isAdmin && (
        <p>
          <button type="button" onClick={() => open({ kind: "change", change: adding(again) })}>
            Add somebody
          </button>
        </p>
      )}
      <Waiting changes={waiting.body?.changes ?? []} again={again} />
      <Known people={people.body.people} isAdmin={isAdmin} again={again} />
    </article>
  );
}

type KnownProps = {
  readonly people: readonly PersonView[];
  readonly isAdmin: boolean;
  readonly again: () => Promise<void>;
};

function Known({ people, isAdmin, again }: KnownProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">id</th>
          <th scope="col">name</th>
          <th scope="col">role</th>
          <th scope="col">stands</th>
          {isAdmin && <th scope="col">change</th>}
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.personId}>
            <th scope="row">{person.personId}</th>
            <td>
              <Value text={person.name} />
            </td>
            <td>{person.role}</td>
            <td>{standing(person)}</td>
            {isAdmin && (
              <td>
                {person.revokedAt === null &&
                  changesOf(person, again).map((change) => (
                    <button
                      key={change.go}
                      type="button"
                      class="small"
                      aria-label={change.title}
                      onClick={() => open({ kind: "change", change })}
                    >
                      {change.go}
                    </button>
                  ))}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function standing({ hasToken, revokedAt }: PersonView): string {
  if (revokedAt !== null) return `revoked on ${revokedAt.slice(0, 10)}`;
  return hasToken ? "may log in" : "asks, and never logs in";
}

function adding(after: Change["after"]): Change {
  return {
    title: "Add somebody",
    says: "They are known once another admin seconds it. Their token is shown once, now.",
    path: "/v1/people",
    fields: [
      { name: "personId", label: "Id" },
      { name: "name", label: "Name" },
      { name: "role", label: "Role, as policies name it" },
      { name: "mail", label: "Mail address in the CRM", optional: true },
    ],
    body: ({ personId = "", name = "", role = "", mail = "" }, reason) => ({
      personId,
      name,
      role,
      reason,
      aliases: mail === "" ? [] : [{ kind: "mail", alias: mail }],
    }),
    go: "Ask for it",
    after,
  };
}

function changesOf({ personId }: PersonView, after: Change["after"]): readonly Change[] {
  const at = (what: string) => `/v1/people/${encodeURIComponent(personId)}/${what}`;
  const plain = (_given: object, reason: string) => ({ reason });
  return [
    {
      title: `Change the role of ${personId}`,
      says: "A lower role holds at once, any other when another admin seconds it.",
      path: at("role"),
      fields: [{ name: "role", label: "Role, as policies name it" }],
      body: ({ role = "" }, reason) => ({ role, reason }),
      go: "Role",
      after,
    },
    {
      title: `A new token for ${personId}`,
      says: "One's own counts at once, another's when another admin seconds it; the old one then counts no more.",
      path: at("token"),
      fields: [],
      body: plain,
      go: "Token",
      after,
    },
    {
      title: `Revoke ${personId}`,
      says: "No token of theirs counts from now on, and no name of theirs is known. It is not taken back.",
      path: at("revoke"),
      fields: [],
      body: plain,
      go: "Revoke",
      after,
    },
  ];
}

type WaitingProps = { readonly changes: readonly WaitingView[]; readonly again: () => Promise<void> };

function Waiting({ changes, again }: WaitingProps) {
  if (changes.length === 0) return null;
  const settle = async (changeId: string, answer: "second" | "drop") => {
    trouble.value = "";
    const settled = await ask(`/v1/people-changes/${changeId}/${answer}`, { json: {} });
    if (settled.kind === "refused") trouble.value = `Not done: ${settled.problem.detail}`;
    else said.value = answer === "second" ? "It holds from now on." : "It is not to be.";
    await again();
  };
  return (
    <section aria-label="Waits for a second admin">
      <h3>Waits for a second admin</h3>
      <ul class="switches">
        {changes.map((one) => (
          <li key={one.changeId}>
            <span>
              <strong>{one.change}</strong> {one.personId} {one.role !== null && `as ${one.role}`}, asked by{" "}
              {one.askedBy}: <Value text={one.reason} />
            </span>
            <button
              type="button"
              class="primary"
              aria-disabled={one.askedBy === me.value?.personId}
              title={one.askedBy === me.value?.personId ? "another admin than asked for it seconds it" : undefined}
              onClick={() => void settle(one.changeId, "second")}
            >
              Second
            </button>
            <button type="button" onClick={() => void settle(one.changeId, "drop")}>
              Drop
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
