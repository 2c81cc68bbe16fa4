/** Hosts that give mail addresses to anybody, in lower case. */
declare module "email-providers" {
  const hosts: readonly string[];
  export default hosts;
}
