// The live bell: the server says when notices come or are read; the count follows, an open panel is read anew, and what has just come
// is shown as a toast. Only a tab that is looked at listens: browsers keep few connections to one server.
import { showToast } from "./toast";

const KEPT_WHEN_HIDDEN_MS = 30_000;
const MOST_SHOWN = 99;

interface Notice {
  id: string;
  title: string;
  object: string | null;
  record_id: string | null;
}

interface Bell {
  unread: number;
  newest: Notice | null;
}

function showCount(bell: HTMLElement, unread: number): void {
  const count = bell.querySelector<HTMLElement>(".t-count");
  if (count) {
    count.hidden = unread === 0;
    count.textContent = unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(unread);
  }
  bell.querySelector("summary")?.setAttribute("aria-label", (bell.dataset.bellLabel ?? "").replace("{n}", String(unread)));
}

function showNotice(notice: Notice): void {
  const template = document.querySelector<HTMLTemplateElement>("template[data-notice-toast]");
  const toast = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  const link = toast?.querySelector("a");
  if (!toast || !link) return;
  link.textContent = notice.title;
  const about = notice.object && notice.record_id ? `/app/${notice.object}/${notice.record_id}` : "/app/notifications";
  link.href = `/app/notifications/${notice.id}?to=${about}`;
  showToast(toast);
}

export function startBell(): void {
  const bell = document.querySelector<HTMLDetailsElement>("[data-bell]");
  const panel = bell?.querySelector<HTMLElement>(".t-bell-panel");
  if (!bell || !panel) return;
  let source: EventSource | null = null;
  let last: Bell | null = null;
  let isStale = false;
  let closing = 0;

  const refresh = () => {
    isStale = false;
    panel.dispatchEvent(new Event("refresh"));
  };
  const tell = (now: Bell) => {
    showCount(bell, now.unread);
    if (last) {
      if (now.newest && now.newest.id !== last.newest?.id && now.unread > last.unread) showNotice(now.newest);
      isStale = true;
      if (bell.open) refresh();
    }
    last = now;
  };
  const open = () => {
    window.clearTimeout(closing);
    if (source && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource(bell.dataset.bell ?? "");
    source.addEventListener("notifications", (event) => tell(JSON.parse((event as MessageEvent<string>).data) as Bell));
  };
  const close = () => {
    source?.close();
    source = null;
  };

  bell.addEventListener("toggle", () => {
    if (bell.open && isStale) refresh();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) closing = window.setTimeout(close, KEPT_WHEN_HIDDEN_MS);
    else open();
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", () => {
    if (!document.hidden) open();
  });
}
