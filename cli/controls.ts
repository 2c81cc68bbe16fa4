import type { Command } from "commander";
import { controlText } from "../domain/control.ts";
import type { ControlView } from "../gateway/http/controls.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { formatMinute } from "../audit/story/duration.ts";
import { connect, type Globals } from "./session.ts";

/** What commands that set a control ask for. */
export type ControlOptions = { readonly as?: string; readonly reason: string };

export function withReason(command: Command): Command {
  return command
    .requiredOption("--reason <text>", "why; it is recorded and sealed")
    .option("--as <person>", "act as this development identity");
}

/** Sets a control as somebody: a narrower cap counts at once, a wider one when a second person asks for the same. */
export async function changeControl(
  options: ControlOptions & Globals,
  name: string,
  cap: number | null,
  again: string,
): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const view = await bodyOf(client.v1.controls.$post({ json: { name, cap, reason: options.reason } }));
  if (view.waiting === null) return { data: view, text: `${sentence(controlText(view.name, view.cap))}\n` };
  const { person, roles, cap: asked } = view.waiting;
  const { asSomebody } = await import("./policies/release-words.ts");
  const text = `${sentence(controlText(view.name, view.cap))} "${controlText(name, asked)}" waits for a second person, ${roles.join(" or ")}, not ${person}.\n`;
  return { data: view, text, next: [`${again} ${await asSomebody(options, { person, roles })}`] };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

export async function readControls(options: Globals): Promise<readonly ControlView[]> {
  const client = await connect(options, { kind: "reader" });
  return (await bodyOf(client.v1.controls.$get())).controls;
}

/** A line per control: how it stands, who set it, and what waits. */
export function controlLines(controls: readonly ControlView[]): string {
  return controls
    .map(({ name, cap, set, waiting }) => {
      const by = set === null ? "" : `, by ${set.person} at ${formatMinute(set.at)}: ${set.reason}`;
      const asked =
        waiting && `  waits for a second person: ${controlText(name, waiting.cap)}, asked by ${waiting.person}\n`;
      return `${name}\n  ${controlText(name, cap)}${by}\n${asked ?? ""}`;
    })
    .join("");
}
