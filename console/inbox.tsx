import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { escalationStates } from "../domain/escalation.ts";
import type { EscalationView } from "../gateway/http/escalations.ts";
import { Link } from "./link.tsx";
import { open } from "./dialogs.ts";
import { pick } from "./keys.ts";
import { groupsOf, totalText } from "./money.ts";
import { filters, go, narrow, place, questionAt } from "./place.ts";
import { Value } from "./said.tsx";
import { answeredAt, current, isLoaded, listed, me, picked, presence, questions } from "./state.ts";
import { dueText, gone, leftText, now } from "./times.ts";

/** A row's height, as the style sheet has it: only rows that can be seen are drawn. */
const ROW_PX = 76;
const BEYOND = 8;

/** What waits, due first; narrowed by what stands in the address. */
export function Inbox() {
  const rows = listed.value;
  return (
    <nav class="inbox" aria-label="Questions">
      <Filters />
      <p class="quiet progress">{isLoaded.value ? leftText(rows.length, answeredAt.value) : "Loading…"}</p>
      {picked.value.size > 0 && <Picked rows={rows} />}
      {filters.value.grouped ? <Groups rows={rows} /> : <Rows rows={rows} />}
    </nav>
  );
}

function Filters() {
  const { text, functionId, whose, state, grouped } = filters.value;
  const known = [
    ...new Set([...questions.value.map((one) => one.functionId), ...(functionId === "" ? [] : [functionId])]),
  ];
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label class="grow">
        <span class="hidden">Search</span>
        <input
          id="search"
          type="search"
          placeholder="Search  /"
          value={text}
          onInput={(event) => narrow("text", event.currentTarget.value)}
        />
      </label>
      <label>
        <span class="hidden">Function</span>
        <select value={functionId} onChange={(event) => narrow("functionId", event.currentTarget.value)}>
          <option value="">every function</option>
          {known.toSorted().map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden">State</span>
        <select value={state} onChange={(event) => narrow("state", event.currentTarget.value)}>
          {[...escalationStates, "all"].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label class="choice">
        <input
          type="checkbox"
          checked={whose === "mine"}
          onChange={(event) => narrow("whose", event.currentTarget.checked ? "mine" : "all")}
        />
        left to me
      </label>
      <label class="choice">
        <input
          type="checkbox"
          checked={grouped}
          onChange={(event) => narrow("grouped", event.currentTarget.checked ? "rule" : "")}
        />
        by rule
      </label>
    </form>
  );
}

function Picked({ rows }: { readonly rows: readonly EscalationView[] }) {
  const chosen = rows.filter(({ escalationId }) => picked.value.has(escalationId));
  return (
    <p class="picked">
      <button
        type="button"
        class="primary"
        onClick={() => open({ kind: "batch", title: "Those you selected", views: chosen })}
      >
        Review {chosen.length} together
      </button>
      <button type="button" onClick={() => (picked.value = new Set())}>
        Select none
      </button>
    </p>
  );
}

function Groups({ rows }: { readonly rows: readonly EscalationView[] }) {
  return (
    <div class="rows groups">
      {groupsOf(rows).map(([title, views]) => (
        <section key={title} aria-label={title}>
          <h3>
            {title}: {views.length}
            {totalText(views) !== "" && `, ${totalText(views)}`}
            <button type="button" onClick={() => open({ kind: "batch", title, views })}>
              Review together
            </button>
          </h3>
          <ul>
            {views.map((view) => (
              <Row key={view.escalationId} view={view} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** Those rows alone that can be seen, in a list as high as all of them. */
function Rows({ rows }: { readonly rows: readonly EscalationView[] }) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(800);
  const nth = rows.findIndex(({ escalationId }) => escalationId === current.value);
  useEffect(() => {
    const seen = box.current;
    if (seen === null) return;
    height.value = seen.clientHeight;
    if (nth === -1) return;
    if (nth * ROW_PX < seen.scrollTop) seen.scrollTop = nth * ROW_PX;
    if ((nth + 1) * ROW_PX > seen.scrollTop + seen.clientHeight)
      seen.scrollTop = (nth + 1) * ROW_PX - seen.clientHeight;
  }, [nth, rows.length]);
  const first = Math.max(0, Math.floor(top.value / ROW_PX) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((top.value + height.value) / ROW_PX) + BEYOND);
  return (
    <div class="rows" ref={box} onScroll={(event) => (top.value = event.currentTarget.scrollTop)}>
      <ul style={{ height: `${rows.length * ROW_PX}px`, paddingTop: `${first * ROW_PX}px` }}>
        {rows.slice(first, last).map((view) => (
          <Row key={view.escalationId} view={view} />
        ))}
      </ul>
    </div>
  );
}

function Row({ view }: { readonly view: EscalationView }) {
  const { escalationId, ask, state, about, assignee } = view;
  const at = place.value;
  const isOpen = at.page === "question" && at.escalationId === escalationId;
  const others = (presence.value[escalationId] ?? []).filter((id) => id !== me.value?.personId);
  const share = gone(view.openedAt, view.dueAt, now.value);
  return (
    <li class={`row ${current.value === escalationId ? "current" : ""}`} aria-current={isOpen ? "true" : undefined}>
      <input
        type="checkbox"
        aria-label={`Select ${escalationId}`}
        checked={picked.value.has(escalationId)}
        onChange={() => pick(escalationId)}
      />
      <div
        class="row-words"
        onClick={() => {
          current.value = escalationId;
          go(questionAt(escalationId));
        }}
      >
        <Link path={questionAt(escalationId)}>
          <Value text={ask} />
        </Link>
        <span class="row-facts">
          <span
            class={state === "open" ? (share >= 80 ? "due late" : share >= 50 ? "due soon" : "due") : `state-${state}`}
          >
            {state === "open" ? dueText(view.dueAt, now.value) : stateText(state)}
          </span>
          {about.money !== null && <span>{about.money.text}</span>}
          {assignee !== null && <span>{assignee}</span>}
          {others.length > 0 && <span class="presence">{others.join(", ")} looking</span>}
        </span>
      </div>
    </li>
  );
}

/** What expired is never told as a person's word. */
function stateText(state: EscalationView["state"]): string {
  return state === "expired" ? "expired, nobody answered" : state;
}
