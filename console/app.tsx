import { useEffect } from "preact/hooks";
import { ask } from "./api.ts";
import { CardOf, Link } from "./card.tsx";
import { DialogHost } from "./dialog.tsx";
import { open } from "./dialogs.ts";
import { Inbox } from "./inbox.tsx";
import { onKey } from "./keys.ts";
import { listen, tellLooking } from "./live.ts";
import { Login } from "./login.tsx";
import { filters, place } from "./place.ts";
import { current, isLive, isLoaded, listed, me, readList, readShown, said, shown, trouble } from "./state.ts";
import { Timeline } from "./timeline.tsx";
import { Undo } from "./undo.tsx";

export function App() {
  const who = me.value;
  if (who === undefined) return <p class="quiet">Loading…</p>;
  return (
    <>
      <p class="hidden" role="status">
        {said.value}
      </p>
      {who === null ? <Login /> : <Desk />}
    </>
  );
}

/** The list and what is open of it; on a narrow screen one of them at a time. */
function Desk() {
  const at = place.value;
  const { state } = filters.value;
  useEffect(() => {
    addEventListener("keydown", onKey);
    const stop = listen();
    return () => {
      removeEventListener("keydown", onKey);
      stop();
    };
  }, []);
  useEffect(() => void readList(), [state]);
  const escalationId = at.page === "question" ? at.escalationId : null;
  useEffect(() => {
    shown.value = null;
    trouble.value = "";
    if (escalationId !== null) {
      current.value = escalationId;
      void readShown(escalationId);
    }
    return tellLooking(escalationId);
  }, [escalationId]);
  return (
    <>
      <Bar />
      <div class={`desk at-${at.page}`}>
        <Inbox />
        <main>
          {trouble.value !== "" && (
            <p class="trouble" role="alert">
              {trouble.value}
              <button type="button" onClick={() => (trouble.value = "")}>
                Close
              </button>
            </p>
          )}
          <Open />
        </main>
      </div>
      <Undo />
      <DialogHost />
    </>
  );
}

function Bar() {
  return (
    <header class="bar">
      <Link path="/console">Mandate</Link>
      <span class={isLive.value ? "live" : "still"}>{isLive.value ? "live" : "not live: read every 10 s"}</span>
      <button type="button" onClick={() => open({ kind: "keys" })} aria-keyshortcuts="?">
        Keys<kbd>?</kbd>
      </button>
      <span class="who">
        {me.value?.name} <span class="quiet">{me.value?.role}</span>
      </span>
      <button type="button" onClick={() => void leave()}>
        Log out
      </button>
    </header>
  );
}

async function leave(): Promise<void> {
  await ask("/v1/logout", { json: {} });
  me.value = null;
}

function Open() {
  const at = place.value;
  if (at.page === "decision") return <Timeline caseId={at.caseId} />;
  if (at.page === "question") {
    const view = shown.value;
    return (
      <>
        <p class="back">
          <Link path="/console">← All questions</Link>
        </p>
        {view?.escalationId === at.escalationId ? <CardOf view={view} /> : <p class="quiet">Loading…</p>}
      </>
    );
  }
  return isLoaded.value && listed.value.length === 0 ? <Nothing /> : <FirstTasks />;
}

function Nothing() {
  return (
    <section class="empty">
      <h2>Nothing waits for you.</h2>
      <p>What agents may do alone they do; what they may not comes here.</p>
    </section>
  );
}

/** What one does here first, each under a minute. */
function FirstTasks() {
  const first = listed.value[0];
  return (
    <section class="empty">
      <h2>Three first tasks</h2>
      <ol>
        <li>
          {first === undefined ? (
            "Open a question"
          ) : (
            <Link path={`/console/e/${encodeURIComponent(first.escalationId)}`}>Open the one that is due first</Link>
          )}
          , and answer it: <kbd>a</kbd> approves, <kbd>r</kbd> rejects. For ten seconds <kbd>z</kbd> takes an approval
          back.
        </li>
        <li>
          Press <kbd>e</kbd> on a quote and type another price: the rules say what would come of it before you send it.
        </li>
        <li>
          See why a case went as it did: “The whole case” at the end of each card. To change the limit itself, edit{" "}
          <code>policies/quoting.yaml</code> and ask <code>npx mandate policy simulate quoting --since 90d</code>.
        </li>
      </ol>
    </section>
  );
}
