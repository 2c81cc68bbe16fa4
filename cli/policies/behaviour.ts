import type { WeighedTurn } from "../../releases/weigh.ts";
import { bodyOf } from "../api-body.ts";
import type { Client } from "../client.ts";

/** All that a release changes against what is in force, as the gateway tells it; `document` of one that is not kept yet. */
export async function behaviourOf({ v1 }: Client, release: string, document?: string): Promise<readonly WeighedTurn[]> {
  const { $get, $post } = v1.releases[":release"].behaviour;
  const param = { release };
  const { policies } = await (document === undefined
    ? bodyOf($get({ param }))
    : bodyOf($post({ param, json: { document } })));
  return policies as readonly WeighedTurn[];
}
