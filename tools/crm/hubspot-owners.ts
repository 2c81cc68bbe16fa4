import { z } from "zod";
import { ToolError } from "../tool-error.ts";
import { readOwner } from "./owner.ts";
import type { CrmOwner, CrmOwners } from "./port.ts";

const ADDRESS = "https://api.hubapi.com";
/** The most that the API gives at a time. */
const PAGE = 500;
const TIMEOUT_MS = 10_000;
/** More pages than this are no answer of the API's. */
const MOST_PAGES = 1_000;

const Page = z.object({
  results: z.array(z.unknown()),
  paging: z.object({ next: z.object({ after: z.string().min(1) }).nullish() }).nullish(),
});

type Access = { readonly accessToken: string; readonly address?: string };

/** HubSpot's owners (`GET /crm/v3/owners`, scope `crm.objects.owners.read`): those who are there, then those who left. */
export function hubspotOwners({ accessToken, address = ADDRESS }: Access): CrmOwners {
  async function page(archived: boolean, after: string | undefined): Promise<z.infer<typeof Page>> {
    const url = new URL("/crm/v3/owners", address);
    url.searchParams.set("limit", String(PAGE));
    url.searchParams.set("archived", String(archived));
    if (after !== undefined) url.searchParams.set("after", after);
    const headers = { authorization: `Bearer ${accessToken}`, accept: "application/json" };
    const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
      (cause: unknown) => {
        throw new ToolError("TARGET_UNAVAILABLE", "HubSpot does not answer", { cause });
      },
    );
    if (!response.ok) {
      await response.body?.cancel();
      const { status } = response;
      const code = status === 429 ? "TARGET_RATE_LIMITED" : status >= 500 ? "TARGET_UNAVAILABLE" : "TARGET_REFUSED";
      throw new ToolError(code, `HubSpot answered ${response.status} when asked for its owners`);
    }
    return Page.parse(await response.json());
  }

  async function all(archived: boolean): Promise<readonly CrmOwner[]> {
    const owners: CrmOwner[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const { results, paging } = await page(archived, after);
      owners.push(...results.map((owner) => ({ ...readOwner(owner), archived })));
      after = paging?.next?.after;
      if (after === undefined) return owners;
    }
    throw new ToolError("TARGET_REFUSED", "HubSpot gives no last page of its owners");
  }

  return { listOwners: async () => [...(await all(false)), ...(await all(true))] };
}
