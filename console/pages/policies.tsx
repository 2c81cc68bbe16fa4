import { useState } from "preact/hooks";
import type { ReleaseBehaviour } from "../../gateway/http/release-behaviour.ts";
import type { Releases } from "../../gateway/http/releases.ts";
import { Value } from "../said.tsx";
import { minute } from "../times.ts";
import { useRead } from "../use-read.ts";
import { Behaviour } from "./behaviour.tsx";

/** Which policies are in force, what waits for a second person and exactly what that would change. Signing is done where one's key is: at the command line. */
export function Policies() {
  const { body } = useRead<Releases>("/v1/releases");
  const [open, setOpen] = useState<string | null>(null);
  if (body === null) return <p class="quiet">Loading…</p>;
  const { inForce, canary, waiting, changes, modes, problems } = body;
  return (
    <article class="card" aria-label="Policies">
      <h2>Policies</h2>
      <dl class="stake">
        <Pair name="in force" value={inForce === null ? "nothing" : inForce.slice(0, 12)} />
        {canary !== null && (
          <Pair
            name="canary"
            value={`${canary.release.slice(0, 12)} for ${canary.canaryPpm / 10_000} % of subjects, by ${canary.person}`}
          />
        )}
      </dl>
      {problems.map((problem) => (
        <p key={problem} class="state-rejected">
          <Value text={problem} />
        </p>
      ))}
      {waiting !== null && <Waiting waiting={waiting} />}
      <Modes modes={modes} />
      <section aria-label="History">
        <h3>How it came to that</h3>
        <ol class="story">
          {changes.map(({ n, action, release, person, role, reason, at }) => (
            <li key={n}>
              <time dateTime={at}>{minute(at)}</time>
              <div>
                <strong>{person}</strong> <span class="quiet">{role}</span> {action} <code>{release.slice(0, 12)}</code>
                : <Value text={reason} />{" "}
                {release !== inForce && (
                  <button
                    type="button"
                    class="small"
                    aria-expanded={open === release}
                    onClick={() => setOpen(open === release ? null : release)}
                  >
                    Against what is in force
                  </button>
                )}
                {open === release && <WhatChanges release={release} />}
              </div>
            </li>
          ))}
        </ol>
      </section>
    </article>
  );
}

function Waiting({ waiting }: { readonly waiting: NonNullable<Releases["waiting"]> }) {
  return (
    <section aria-label="Waits for a second person">
      <h3>
        Waits for a second person: {waiting.action} of <code>{waiting.release.slice(0, 12)}</code>, by {waiting.person}{" "}
        since {minute(waiting.at)}
      </h3>
      <ul>
        {waiting.loosens.map((reason) => (
          <li key={reason}>
            <Value text={reason} />
          </li>
        ))}
      </ul>
      <WhatChanges release={waiting.release} />
      <p>
        {waiting.roles.join(" or ")}, and not {waiting.person}, signs for it:{" "}
        <code>npx mandate policy promote {waiting.release.slice(0, 12)}</code>
      </p>
    </section>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function WhatChanges({ release }: { readonly release: string }) {
  const { body } = useRead<ReleaseBehaviour>(`/v1/releases/${release}/behaviour`);
  return body === null ? <p class="quiet">Weighed against recent history…</p> : <Behaviour behaviour={body} />;
}

function Modes({ modes }: { readonly modes: Releases["modes"] }) {
  const restrained = modes.filter(({ mode, waiting }) => mode !== "led" || waiting !== null);
  return (
    <section aria-label="Autonomy">
      <h3>How much agents may do alone</h3>
      {restrained.length === 0 && <p>Under each of {modes.length} policies agents act as far as it lets them (led).</p>}
      <ul>
        {restrained.map(({ policy, mode, person, waiting }) => (
          <li key={policy}>
            <strong>{policy}</strong>: {mode}
            {person !== null && `, set by ${person}`}
            {waiting !== null && `; ${waiting.person} asks for ${waiting.mode}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
