import type { Html } from "./markup.ts";

/** A part of the page under a heading of its own; `id` is its anchor. */
export type Section = { readonly id: string; readonly title: string; readonly body: Html };
