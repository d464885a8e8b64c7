// The list of functions below an editor: a search that filters it, and a button that puts a function where the caret is.
import type { EditorView } from "@codemirror/view";

function filter(box: HTMLElement, text: string): void {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of box.querySelectorAll<HTMLElement>("[data-function]")) {
    const content = entry.textContent?.toLowerCase() ?? "";
    entry.hidden = !words.every((word) => content.includes(word));
  }
  for (const group of box.querySelectorAll<HTMLElement>("[data-function-group]")) {
    group.hidden = group.querySelector("[data-function]:not([hidden])") === null;
  }
  const nothing = box.querySelector<HTMLElement>("[data-function-nothing]");
  if (nothing) nothing.hidden = box.querySelector("[data-function]:not([hidden])") !== null;
}

export function startFunctions(box: HTMLElement, view: EditorView): void {
  box.addEventListener("input", (event) => {
    const search = event.target as HTMLInputElement;
    if (search.matches("[data-function-search]")) filter(box, search.value);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.target as Element).matches("[data-function-search]")) event.preventDefault();
  });
  box.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-insert]");
    if (!button) return;
    const name = button.dataset["insert"] ?? "";
    const { from, to } = view.state.selection.main;
    view.dispatch({ changes: { from, to, insert: `${name}()` }, selection: { anchor: from + name.length + 1 }, userEvent: "input" });
    view.focus();
  });
}
