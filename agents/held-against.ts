import { ownActionOf } from "../functions/index.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { SetAside } from "../domain/noticed.ts";
import type { TurnInput } from "./turn.ts";

/** Characters of a value that is shown. */
const MAX_SHOWN_CHARS = 200;

/** Where arguments are not the ones asked. Those that code takes from the record are nobody else's to fill in. */
export function differences(turn: TurnInput, asked: JsonObject, given: JsonObject): readonly SetAside[] {
  const { filled = [] } = ownActionOf(turn.functionId, turn.action);
  const names = [...new Set([...Object.keys(asked), ...Object.keys(given)])].filter((name) => !filled.includes(name));
  return names.flatMap((argument) => {
    const [wanted, proposed] = [said(asked[argument]), said(given[argument])];
    return wanted === proposed ? [] : [{ argument, asked: shown(wanted), proposed: shown(proposed) }];
  });
}

function said(value: Json | undefined): string {
  return value === undefined ? "" : JSON.stringify(value);
}

function shown(text: string): string {
  return text.length <= MAX_SHOWN_CHARS ? text : `${text.slice(0, MAX_SHOWN_CHARS - 1)}…`;
}
