import { render } from "preact";
import { App } from "./App.tsx";
import { loaded } from "./core.ts";

const root = document.getElementById("app");
try {
  await loaded;
  if (root) render(<App />, root);
  document.documentElement.dataset.ready = "true";
  performance.mark("ready");
} catch (error) {
  if (root) root.textContent = `The page cannot be started: ${error}`;
}
