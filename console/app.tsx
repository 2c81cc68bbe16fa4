import { useEffect } from "preact/hooks";
import { ask } from "./api.ts";
import { CardOf } from "./card.tsx";
import { CasePage } from "./case/case.tsx";
import { DialogHost } from "./dialog.tsx";
import { open } from "./dialogs.ts";
import { Inbox } from "./inbox.tsx";
import { onKey } from "./keys.ts";
import { Link } from "./link.tsx";
import { listen, tellLooking } from "./live.ts";
import { Login } from "./login.tsx";
import { Agents } from "./pages/agents.tsx";
import { Operations } from "./pages/operations.tsx";
import { People } from "./pages/people.tsx";
import { Policies } from "./pages/policies.tsx";
import { filters, pageAt, pageNames, place, type PageName } from "./place.ts";
import { current, isLive, isLoaded, listed, me, readList, readShown, said, shown, trouble } from "./state.ts";
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

/** Pages that have the list beside them. */
const withList: ReadonlySet<string> = new Set(["inbox", "question", "decision"]);

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
      <div class={`desk at-${at.page} ${withList.has(at.page) ? "" : "whole"}`}>
        {withList.has(at.page) && <Inbox />}
        <main tabIndex={0}>
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
      <Pages />
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

/** What stands beside the questions. */
const pages: { readonly [name in PageName]: () => preact.ComponentChildren } = {
  operations: Operations,
  agents: Agents,
  policies: Policies,
  people: People,
};

function Pages() {
  const at = place.value.page;
  return (
    <nav class="pages" aria-label="Pages">
      <span class={["inbox", "question"].includes(at) ? "here" : ""}>
        <Link path="/console">Questions</Link>
      </span>
      {pageNames.map((name) => (
        <span key={name} class={at === name ? "here" : ""}>
          <Link path={pageAt(name)}>{name}</Link>
        </span>
      ))}
    </nav>
  );
}

async function leave(): Promise<void> {
  await ask("/v1/logout", { json: {} });
  me.value = null;
}

function Open() {
  const at = place.value;
  if (at.page === "decision") return <CasePage caseId={at.caseId} />;
  if (at.page !== "question" && at.page !== "inbox") {
    const Page = pages[at.page];
    return <Page />;
  }
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
