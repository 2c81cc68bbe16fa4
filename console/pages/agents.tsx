import { amountText } from "../../domain/control.ts";
import type { BudgetView, ControlView } from "../../gateway/http/controls.ts";
import { open } from "../dialogs.ts";
import { Value } from "../said.tsx";
import { minute } from "../times.ts";
import { useRead } from "../use-read.ts";

type Budgets = { readonly day: string; readonly budgets: readonly BudgetView[] };
type Controls = { readonly controls: readonly ControlView[] };

/** What can be stopped here at once, in the words of `mandate switch`. */
const stoppable = ["company", "agent/intelligence", "agent/orchestration", "agent/compliance"] as const;

/** What bounds agents beside the policies: switches, autonomy, budgets of today. One narrows, two widen. */
export function Agents() {
  const controls = useRead<Controls>("/v1/controls");
  const budgets = useRead<Budgets>("/v1/budgets");
  if (controls.body === null || budgets.body === null) return <p class="quiet">Loading…</p>;
  const again = async () => {
    await Promise.all([controls.again(), budgets.again()]);
  };
  const set = new Map(controls.body.controls.map((one) => [one.name, one]));
  return (
    <article class="card" aria-label="Agents">
      <h2>Agents</h2>
      <section aria-label="Switches">
        <h3>Switches: what is stopped begins no effect from then on</h3>
        <ul class="switches">
          {stoppable.map((target) => (
            <Switch key={target} target={target} control={set.get(`switch/${target}`)} again={again} />
          ))}
          {controls.body.controls
            .filter(({ name }) => name.startsWith("switch/") && !stoppable.some((one) => name === `switch/${one}`))
            .map((control) => (
              <Switch
                key={control.name}
                target={control.name.slice("switch/".length)}
                control={control}
                again={again}
              />
            ))}
        </ul>
      </section>
      <Bounds controls={controls.body.controls} />
      <Budget budgets={budgets.body} />
    </article>
  );
}

type SwitchProps = {
  readonly target: string;
  readonly control: ControlView | undefined;
  readonly again: () => Promise<void>;
};

function Switch({ target, control, again }: SwitchProps) {
  const isStopped = control?.cap === 0;
  const verb = isStopped ? "Resume" : "Stop";
  const change = {
    title: `${verb} ${target}`,
    says: isStopped
      ? "It goes on when a second person asks for the same."
      : "It holds before the next effect; one person is enough.",
    path: "/v1/controls",
    fields: [],
    body: (_given: object, reason: string) => ({ name: `switch/${target}`, cap: isStopped ? null : 0, reason }),
    go: verb,
    after: again,
  };
  return (
    <li>
      <span>
        <strong class={isStopped ? "state-rejected" : ""}>{target}</strong> {isStopped ? "is stopped" : "runs"}
        {isStopped && control.set !== null && (
          <>
            , by {control.set.person} at {minute(control.set.at)}: <Value text={control.set.reason} />
          </>
        )}
        {control !== undefined && control.waiting !== null && (
          <>
            ; {control.waiting.person} asks that it {control.waiting.cap === null ? "goes on" : "changes"}, and waits
            for {control.waiting.roles.join(" or ")}
          </>
        )}
      </span>
      <button type="button" class={isStopped ? "" : "danger"} onClick={() => open({ kind: "change", change })}>
        {verb}
      </button>
    </li>
  );
}

function Bounds({ controls }: { readonly controls: readonly ControlView[] }) {
  const others = controls.filter(({ name }) => !name.startsWith("switch/"));
  if (others.length === 0)
    return <p>No budget and no agent's autonomy is set: set one with `mandate agents budget set`.</p>;
  return (
    <section aria-label="Caps">
      <h3>Budgets and autonomy that are set</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">cap</th>
            <th scope="col">set by</th>
            <th scope="col">waits</th>
          </tr>
        </thead>
        <tbody>
          {others.map(({ name, cap, set, waiting }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{cap ?? "none"}</td>
              <td>{set === null ? "" : `${set.person}: ${set.reason}`}</td>
              <td>{waiting === null ? "" : `${waiting.person} asks for ${waiting.cap ?? "none"}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Budget({ budgets: { day, budgets } }: { readonly budgets: Budgets }) {
  return (
    <section aria-label="Used today">
      <h3>Used on {day} (UTC)</h3>
      {budgets.length === 0 ? (
        <p>No model that costs was asked today.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">budget</th>
              <th scope="col">used</th>
              <th scope="col">held for calls under way</th>
              <th scope="col">cap</th>
            </tr>
          </thead>
          <tbody>
            {budgets.map(({ scope, measure, used, reserved, cap }) => (
              <tr key={`${scope} ${measure}`}>
                <th scope="row">
                  {scope}, {measure}
                </th>
                <td>
                  {amountText(measure, used)}
                  {cap !== null && cap > 0 && (
                    <meter min={0} max={cap} high={Math.floor((cap * 9) / 10)} value={Math.min(used + reserved, cap)}>
                      {Math.floor(((used + reserved) * 100) / cap)} %
                    </meter>
                  )}
                </td>
                <td>{reserved === 0 ? "" : amountText(measure, reserved)}</td>
                <td>{cap === null ? "none" : amountText(measure, cap)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
