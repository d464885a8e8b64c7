// Two keys that work everywhere one is not typing: "/" goes to the search, "n" to the page's "New".
export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === "/") {
      const search = document.querySelector<HTMLInputElement>(".t-top input[type=search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
    }
    if (event.key === "n") document.querySelector<HTMLAnchorElement>(".t-head a.btn.is-in-dock")?.click();
  });
}
