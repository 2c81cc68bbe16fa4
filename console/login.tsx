import { useEffect, useState } from "preact/hooks";
import { ask } from "./api.ts";
import { me, type Me } from "./state.ts";

/** Whose screen it is: in development on this machine one picks; everywhere else one's own token says. */
export function Login() {
  const [people, setPeople] = useState<readonly Me[]>([]);
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    void ask<{ readonly people: readonly Me[] }>("/login/people").then((answer) =>
      answer.kind === "ok" ? setPeople(answer.body.people) : undefined,
    );
  }, []);
  const enter = async (json: object) => {
    const answer = await ask<Me>("/login", { json });
    if (answer.kind === "ok") me.value = answer.body;
    else setWrong(answer.problem.detail);
  };
  return (
    <main class="login">
      <h1>Mandate</h1>
      {people.length > 0 && (
        <section aria-label="Who are you">
          <h2>Who are you?</h2>
          <p class="quiet">Development on this machine: nobody is asked to prove it. In production nobody picks.</p>
          <ul>
            {people.map(({ personId, name, role }) => (
              <li key={personId}>
                <button type="button" onClick={() => void enter({ personId })}>
                  <strong>{name}</strong> {role}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter({ token });
        }}
      >
        <label>
          Your token
          <input
            type="password"
            required
            autocomplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Log in
        </button>
      </form>
      {wrong !== "" && <p role="alert">{wrong}</p>}
    </main>
  );
}
