// Menus and popovers are <details>: this closes them on Escape, on a click elsewhere, and when another one opens.
const MENUS = "details.t-drop-menu[open], details.t-navsheet-box[open]";

function close(menu: HTMLDetailsElement, focus: boolean): void {
  menu.open = false;
  if (focus) menu.querySelector("summary")?.focus();
}

function openMenus(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>(MENUS)];
}

function focusables(menu: HTMLDetailsElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>(".t-menu a.t-act, .t-menu button.t-act")];
}

function moveFocus(menu: HTMLDetailsElement, step: number, event: KeyboardEvent): void {
  const items = focusables(menu);
  if (!items.length) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}

export function startMenus(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-close-details]")) {
      const menu = target.closest<HTMLDetailsElement>("details");
      if (menu) close(menu, true);
      return;
    }
    for (const menu of openMenus()) if (!menu.contains(target)) close(menu, false);
  });
  document.addEventListener("keydown", (event) => {
    const menu = openMenus().at(-1);
    if (!menu) return;
    if (event.key === "Escape") close(menu, true);
    const isMenu = menu.querySelector(":scope > .t-menu") !== null;
    if (isMenu && event.key === "ArrowDown") moveFocus(menu, 1, event);
    if (isMenu && event.key === "ArrowUp") moveFocus(menu, -1, event);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target as HTMLDetailsElement;
      if (!menu.open || !menu.matches(MENUS)) return;
      const first = menu.querySelector<HTMLElement>(".t-pop select, .t-pop textarea, .t-navsheet a");
      first?.focus();
    },
    true,
  );
}
