import type { ExplanationView } from "../../gateway/http/history.ts";
import { Value } from "../said.tsx";
import { useRead } from "../use-read.ts";
import { differing } from "./differing.ts";

/** Two decisions side by side: only what differs. */
export function Beside({ own, other }: { readonly own: string; readonly other: string }) {
  const one = useRead<ExplanationView>(`/v1/decisions/${encodeURIComponent(own)}/explanation`).body;
  const two = useRead<ExplanationView>(`/v1/decisions/${encodeURIComponent(other)}/explanation`).body;
  if (one === null || two === null) return null;
  const rows = differing(one, two);
  if (rows.length === 0) return <p>They differ in nothing that was read or decided.</p>;
  return (
    <table class="evidence">
      <thead>
        <tr>
          <th scope="col">differs</th>
          <th scope="col">this one</th>
          <th scope="col">{other}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, own: left, other: right }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <Value text={left || "nothing"} />
            </td>
            <td>
              <Value text={right || "nothing"} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
