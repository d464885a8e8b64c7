// A look-up: a combobox whose options htmx fetches. Choosing writes the id beside the text; typing anything else takes it away again.
// Options may come late: they open no list that was closed meanwhile, and take nobody away from the option that they went to.
interface Parts {
  box: HTMLElement;
  input: HTMLInputElement;
  list: HTMLElement;
  id: HTMLInputElement;
  was: HTMLInputElement;
}

const asking = new WeakSet<HTMLElement>();
const wentTo = new WeakMap<HTMLElement, string | undefined>();

function partsOf(element: Element | null): Parts | null {
  const box = element?.closest<HTMLElement>("[data-lookup]");
  const input = box?.querySelector<HTMLInputElement>("[role=combobox]");
  const list = box?.querySelector<HTMLElement>("[role=listbox]");
  const id = box?.querySelector<HTMLInputElement>("[data-lookup-id]");
  const was = box?.querySelector<HTMLInputElement>("[data-lookup-was]");
  return box && input && list && id && was ? { box, input, list, id, was } : null;
}

function ask(parts: Parts): void {
  asking.add(parts.box);
  wentTo.delete(parts.box);
}

function searchNow(parts: Parts): void {
  ask(parts);
  parts.input.dispatchEvent(new Event("search-now"));
}

function show(parts: Parts, isOpen: boolean): void {
  if (!isOpen) asking.delete(parts.box);
  parts.list.hidden = !isOpen;
  parts.input.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) parts.input.removeAttribute("aria-activedescendant");
}

function options(parts: Parts): HTMLElement[] {
  return [...parts.list.querySelectorAll<HTMLElement>("[role=option]")];
}

function highlight(parts: Parts, option: HTMLElement | undefined): void {
  for (const other of options(parts)) {
    other.classList.toggle("is-on", other === option);
    other.setAttribute("aria-selected", String(other === option));
  }
  if (!option) return;
  parts.input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function choose(parts: Parts, option: HTMLElement): void {
  const text = option.dataset["text"] ?? "";
  parts.id.value = option.dataset["id"] ?? "";
  parts.was.value = text;
  parts.input.value = text;
  show(parts, false);
  parts.input.dispatchEvent(new Event("change", { bubbles: true }));
}

function onKey(event: KeyboardEvent): void {
  const parts = partsOf(event.target as Element);
  if (!parts || event.target !== parts.input) return;
  const all = options(parts);
  const at = all.findIndex((option) => option.classList.contains("is-on"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (parts.list.hidden) return searchNow(parts);
    const next = all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length];
    highlight(parts, next);
    wentTo.set(parts.box, next?.dataset["id"]);
  } else if (event.key === "Enter" && !parts.list.hidden && at >= 0 && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    choose(parts, all[at]!);
  } else if (event.key === "Escape" && !parts.list.hidden) {
    event.stopPropagation();
    show(parts, false);
  }
}

export function startLookups(): void {
  document.addEventListener("input", (event) => {
    const parts = partsOf(event.target as Element);
    if (!parts || event.target !== parts.input) return;
    ask(parts);
    parts.id.value = parts.input.value !== "" && parts.input.value === parts.was.value ? parts.id.value : "";
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const parts = partsOf(event.target as Element);
    if (!parts || !asking.has(parts.box) || !parts.box.contains(document.activeElement)) return;
    show(parts, true);
    const all = options(parts);
    highlight(parts, all.find((option) => option.dataset["id"] === wentTo.get(parts.box)) ?? all[0]);
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("mousedown", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    const parts = partsOf(option);
    if (!option || !parts) return;
    event.preventDefault();
    choose(parts, option);
  });
  document.addEventListener("focusout", (event) => {
    const parts = partsOf(event.target as Element);
    if (parts && !parts.box.contains(event.relatedTarget as Node | null)) show(parts, false);
  });
  document.addEventListener("click", (event) => {
    const parts = partsOf(event.target as Element);
    if (parts && event.target === parts.input && parts.list.hidden) searchNow(parts);
  });
}
