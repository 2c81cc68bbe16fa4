/** Where somebody says why. Enter sends; with Shift it begins another line. */
export function Words({
  label,
  value,
  put,
}: {
  readonly label: string;
  readonly value: string;
  readonly put: (value: string) => void;
}) {
  return (
    <label>
      {label}
      <textarea
        required
        maxLength={900}
        rows={2}
        value={value}
        onInput={(event) => put(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
    </label>
  );
}
