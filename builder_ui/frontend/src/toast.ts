// A toast goes after eight seconds, but not while it is pointed at or holds the focus.
const SHOWN_MS = 8000;

export function startToasts(): void {
  const toast = document.querySelector<HTMLElement>("[data-toast]");
  if (toast) watch(toast);
}

/** In the place of any other. */
export function showToast(toast: HTMLElement): void {
  document.querySelector("[data-toast]")?.remove();
  document.body.append(toast);
  watch(toast);
}

function watch(toast: HTMLElement): void {
  let timer = 0;
  const wait = () => (timer = window.setTimeout(() => toast.remove(), SHOWN_MS));
  const stay = () => window.clearTimeout(timer);
  toast.addEventListener("mouseenter", stay);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("mouseleave", wait);
  toast.addEventListener("focusout", wait);
  toast.querySelector("[data-close-toast]")?.addEventListener("click", () => toast.remove());
  wait();
}
