import { go } from "./place.ts";

/** A link within the console: its address is a real one. */
export function Link({ path, children }: { readonly path: string; readonly children: preact.ComponentChildren }) {
  return (
    <a
      href={path}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(path);
      }}
    >
      {children}
    </a>
  );
}
