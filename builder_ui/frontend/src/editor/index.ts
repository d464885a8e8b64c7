// Makes a formula's text area an editor: inked, completed and checked as one types. The text area stays in the form, hidden, and holds
// the same text; without this script it is what one types into. `data-state` of the box says where the last check is.
import type { EditorView } from "@codemirror/view";
import { startFunctions } from "./functions";
import { Lines } from "./lines";
import { type Check, Service } from "./service";
import { openEditor, squiggle } from "./view";

const WAIT_MS = 250;
const RETRY_MS = 3000;

class Box {
  private readonly area: HTMLTextAreaElement;
  private readonly panel: HTMLElement;
  private readonly signature: HTMLElement | null;
  private readonly service: Service;
  private readonly view: EditorView;
  private readonly lines: Lines | null;
  private timer = 0;
  private signatureTimer = 0;

  constructor(private readonly box: HTMLElement) {
    this.area = box.querySelector("textarea")!;
    this.panel = box.querySelector("[data-formula-panel]")!;
    this.signature = box.querySelector("[data-formula-signature]");
    const token = this.form?.querySelector<HTMLInputElement>("[name=csrf_token]") ?? document.querySelector<HTMLInputElement>("[name=csrf_token]");
    this.service = new Service(box.dataset["service"]!, token?.value ?? "");
    const isRules = box.dataset["language"] === "rules";
    const host = document.createElement("div");
    host.className = "t-formula-host";
    const hadFocus = document.activeElement === this.area;
    this.area.before(host);
    this.view = openEditor(host, this.area, this.label, this.service, {
      settings: () => this.settings(),
      changed: (formula) => this.take(formula),
      moved: (position) => this.move(position),
      isRules,
      isReadOnly: box.dataset["readOnly"] !== undefined,
    });
    this.lines = isRules ? new Lines(this.panel, this.view) : null;
    this.area.hidden = true;
    for (const part of box.querySelectorAll<HTMLElement>("[data-with-editor]")) part.hidden = false;
    this.area.labels?.forEach((label) => label.addEventListener("click", () => this.view.focus()));
    if (hadFocus) this.view.focus();
    this.form?.addEventListener("change", (event) => {
      if (event.target !== this.area) this.checkSoon(0);
    });
    startFunctions(box, this.view);
    this.form?.querySelector("[data-format]")?.addEventListener("click", (event) => void this.format(event));
    this.checkSoon(0);
  }

  private get form(): HTMLFormElement | null {
    return this.area.form;
  }

  private get label(): string {
    return this.box.dataset["label"] ?? this.area.labels?.[0]?.textContent?.trim() ?? "";
  }

  /** The settings that the box states, and those that other fields of its form hold (data-from-returns="f.returns"). */
  private settings(): Record<string, string> {
    const found = Object.create(null) as Record<string, string>;
    for (const [key, value] of Object.entries(this.box.dataset)) {
      if (value === undefined) continue;
      if (key.startsWith("set")) found[key.slice(3).toLowerCase()] = value;
      if (key.startsWith("from")) found[key.slice(4).toLowerCase()] = this.valueOf(value);
    }
    return found;
  }

  private valueOf(name: string): string {
    const field = this.form?.elements.namedItem(name);
    return field && "value" in field ? String(field.value) : "";
  }

  private take(formula: string): void {
    this.area.value = formula;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.area.dispatchEvent(new Event("change", { bubbles: true }));
    this.checkSoon(WAIT_MS);
  }

  private checkSoon(waitMs: number): void {
    this.box.dataset["state"] = "checking";
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.check(), waitMs);
  }

  private async check(): Promise<void> {
    const formula = this.area.value;
    const answer = await this.service.ask<Check>("check", { ...this.settings(), formula });
    if (formula !== this.area.value) return;
    if (!answer) {
      // The server could not be asked; what is shown is about another text, so it is asked again.
      if (!this.service.isAsking("check")) this.checkSoon(RETRY_MS);
      return;
    }
    squiggle(this.view, answer.findings);
    this.panel.innerHTML = answer.panel;
    this.lines?.show();
    const isWrong = answer.findings.some((one) => one.severity === "error");
    this.view.contentDOM.setAttribute("aria-invalid", String(isWrong));
    this.box.dataset["state"] = "checked";
  }

  private move(position: number): void {
    this.lines?.show();
    this.explainCall(position);
  }

  /** In place, so that it can be undone; what cannot be read stays as it is, and the findings say why. */
  private async format(event: Event): Promise<void> {
    event.preventDefault();
    const formula = this.area.value;
    const answer = await this.service.ask<{ text: string | null }>("format", { ...this.settings(), formula });
    if (!answer || answer.text === null || answer.text === formula || formula !== this.area.value) return;
    const line = this.view.state.doc.lineAt(this.view.state.selection.main.head).number;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: answer.text } });
    const anchor = this.view.state.doc.line(Math.min(line, this.view.state.doc.lines)).from;
    this.view.dispatch({ selection: { anchor }, scrollIntoView: true });
    this.view.focus();
  }

  /** Which function the caret is in, and which of its arguments. */
  private explainCall(position: number): void {
    const line = this.signature;
    if (!line) return;
    window.clearTimeout(this.signatureTimer);
    this.signatureTimer = window.setTimeout(async () => {
      const found = await this.service.ask<{ html: string }>("signature", { ...this.settings(), formula: this.area.value, position });
      if (found) line.innerHTML = found.html;
    }, WAIT_MS);
  }
}

export function edit(box: HTMLElement): void {
  new Box(box);
}
