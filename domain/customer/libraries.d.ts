/** Hosts that give mail addresses to anybody, in lower case. */
declare module "email-providers" {
  const hosts: readonly string[];
  export default hosts;
}

/** Legal forms of companies as they are written, by kind and by country. */
declare module "cleanco/data.js" {
  const forms: {
    readonly terms_by_type: { readonly [type: string]: readonly string[] };
    readonly terms_by_country: { readonly [country: string]: readonly string[] };
  };
  export default forms;
}
