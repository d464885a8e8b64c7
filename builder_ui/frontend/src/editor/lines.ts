// The lines of rules in words and those of their text belong together: what is pressed in one is shown in the other, and `?line=` of the
// address says which to begin with.
import { EditorSelection } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

const MARK = "is-on";

export class Lines {
  constructor(
    private readonly panel: HTMLElement,
    private readonly view: EditorView,
  ) {
    panel.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-line]");
      if (pressed) this.goTo(Number(pressed.dataset["line"]), true);
    });
    const asked = Number(new URLSearchParams(window.location.search).get("line"));
    if (asked > 0) this.goTo(asked, false);
  }

  /** Marks the part of the panel that the caret's line says. */
  show(): void {
    const line = this.view.state.doc.lineAt(this.view.state.selection.main.head).number;
    let nearest: HTMLElement | null = null;
    for (const part of this.panel.querySelectorAll<HTMLElement>(".t-step [data-line]")) {
      part.classList.remove(MARK);
      const number = Number(part.dataset["line"]);
      if (number > 0 && number <= line && (!nearest || number >= Number(nearest.dataset["line"]))) nearest = part;
    }
    nearest?.classList.add(MARK);
  }

  private goTo(number: number, isFocused: boolean): void {
    const { doc } = this.view.state;
    const line = doc.line(Math.min(Math.max(1, number), doc.lines));
    this.view.dispatch({
      selection: EditorSelection.cursor(line.from),
      effects: EditorView.scrollIntoView(line.from, { y: "center" }),
    });
    if (isFocused) this.view.focus();
  }
}
