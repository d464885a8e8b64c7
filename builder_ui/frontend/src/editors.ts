// Loads the formula editor, a bundle of its own, once a page shows a formula's text area: at once, or when its menu is opened.
interface EditorModule {
  edit(box: HTMLElement): void;
}

async function open(box: HTMLElement): Promise<void> {
  const address = box.dataset["editor"];
  if (!address || box.dataset["state"]) return;
  box.dataset["state"] = "loading";
  const module = (await import(address)) as EditorModule;
  module.edit(box);
}

export function startEditors(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-formula]")) {
    const menu = box.closest("details");
    if (!menu || menu.open) void open(box);
    else menu.addEventListener("toggle", () => void open(box), { once: true });
  }
}
