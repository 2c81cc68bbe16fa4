import { Ends } from "./ends.tsx";
import { areKeysOn, sheet, switchKeys } from "./keys.ts";

/** Every key, and the switch that turns single keys off (WCAG 2.1.4). */
export function Keys() {
  return (
    <>
      <h2 id="dialog-title">Keys</h2>
      <dl class="keys">
        {sheet.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="choice">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={(event) => switchKeys(event.currentTarget.checked)}
        />{" "}
        Single keys are on
      </label>
      <Ends label="Close" />
    </>
  );
}
