/** What may cross a process, workflow or database boundary: plain JSON, no dates, no classes, no `undefined`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
