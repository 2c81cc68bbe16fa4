import { rewrapping } from "../audit/subject-key.ts";
import { withClient } from "../engines/postgres-connection.ts";

const PAGE = 1_000;

type Rewrap = { readonly company: string; readonly former: Uint8Array; readonly secret: Uint8Array };

/**
 * Seals anew, under the company's secret, the keys of subjects that another host had sealed under a secret of its own, and
 * answers how many there were. Nothing that is hashed or sealed with those keys changes. It takes the owner's address: a
 * company's login may not touch a key, for whoever replaces keys erases.
 */
export async function rewrapSubjects(ownerUrl: string, { company, former, secret }: Rewrap): Promise<number> {
  const rewrapped = rewrapping(company, former, secret);
  return withClient(ownerUrl, "migrate", async (client) => {
    let [count, after] = [0, ""];
    await client.query("begin");
    await client.query("set local role mandate_eraser");
    for (;;) {
      const { rows } = await client.query<{ subject_id: string; wrapped_key: Buffer }>(
        `select subject_id, wrapped_key from audit_subject
         where company = $1 and subject_id > $2 and wrapped_key is not null order by subject_id limit $3 for update`,
        [company, after, PAGE],
      );
      for (const { subject_id: id, wrapped_key: wrapped } of rows) {
        const fresh = rewrapped(id, wrapped);
        if (fresh === undefined) continue;
        await client.query("update audit_subject set wrapped_key = $3 where company = $1 and subject_id = $2", [
          company,
          id,
          fresh,
        ]);
        count += 1;
      }
      after = rows.at(-1)?.subject_id ?? after;
      if (rows.length < PAGE) break;
    }
    await client.query("commit");
    return count;
  });
}
