import { close } from "./dialogs.ts";

/** What a dialog ends with. */
export function Ends({
  label,
  go,
  isSending = false,
  isBarred = false,
}: {
  readonly label: string;
  readonly go?: string;
  readonly isSending?: boolean;
  readonly isBarred?: boolean;
}) {
  return (
    <div class="ends">
      <button type="button" onClick={close}>
        {label}
      </button>
      {go !== undefined && (
        <button type="submit" class="primary" disabled={isSending || isBarred}>
          {isSending ? "Sending…" : go}
        </button>
      )}
    </div>
  );
}
