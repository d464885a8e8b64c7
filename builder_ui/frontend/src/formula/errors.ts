// Messages beside fields, in the form that the server gives them. A message of the server that is one of ours is taken over, so that it
// goes away when what it says is mended; others stay until the form is sent again.

export class FieldErrors {
  private readonly taken = new Map<string, HTMLElement>();

  constructor(
    private readonly form: HTMLFormElement,
    private readonly template: HTMLTemplateElement,
  ) {}

  /** Takes over what the server says at a field when it is made of these messages only. */
  takeOver(field: string, messages: readonly string[]): boolean {
    const shown = this.form.querySelector<HTMLElement>(`#${CSS.escape(`f-${field}-e`)}`);
    if (!shown) return false;
    const rest = messages.reduce((text, message) => text.replace(message, ""), shown.textContent ?? "");
    if (rest.trim() !== "") return false;
    this.taken.set(field, shown);
    return true;
  }

  show(field: string, messages: readonly string[]): void {
    const control = this.form.querySelector<HTMLElement>(`#${CSS.escape(`f-${field}`)}`);
    const box = control?.closest<HTMLElement>(".t-field");
    if (!control || !box || (!this.taken.has(field) && box.querySelector(".t-error"))) return;
    const help = box.querySelector<HTMLElement>(".t-help");
    const owner = box instanceof HTMLFieldSetElement ? box : control;
    if (help) help.hidden = messages.length > 0;
    control.classList.toggle("is-invalid", messages.length > 0);
    if (messages.length) {
      const note = this.taken.get(field) ?? this.added(field, box);
      const words = note.querySelector("span")!;
      const text = messages.join(" ");
      if (words.textContent !== text) words.textContent = text;
      owner.setAttribute("aria-invalid", "true");
      owner.setAttribute("aria-describedby", note.id);
      return;
    }
    this.taken.get(field)?.remove();
    this.taken.delete(field);
    owner.removeAttribute("aria-invalid");
    if (help) owner.setAttribute("aria-describedby", help.id);
    else owner.removeAttribute("aria-describedby");
  }

  private added(field: string, box: HTMLElement): HTMLElement {
    const note = this.template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    note.id = `f-${field}-e`;
    box.append(note);
    this.taken.set(field, note);
    return note;
  }
}
