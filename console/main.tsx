import { render } from "preact";
import { App } from "./app.tsx";
import { readMe } from "./state.ts";

const root = document.querySelector("#console");
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
  void readMe();
}
