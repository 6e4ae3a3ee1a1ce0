// Live pages: the server says that something changed, the page fetches its own parts again.
// A part is an element with an id and data-live; it is swapped unless somebody is typing in it.

const PAUSED = "watercourse-paused";

export function live(): void {
  const badge = document.querySelector<HTMLElement>("[data-live-source]");
  if (!badge || !("EventSource" in window)) return;
  const url = badge.dataset.liveSource ?? "";
  const words = badge.querySelector<HTMLElement>("[data-words]");
  const button = badge.querySelector<HTMLButtonElement>("button");
  badge.hidden = false;
  let source: EventSource | null = null;
  let due = 0;
  let stale = false;
  let next = 0;
  let fetching = false;
  let again = false;

  const show = (state: string, text: string): void => {
    badge.dataset.state = state;
    if (words) words.textContent = text;
  };
  const refresh = async (): Promise<void> => {
    due = 0;
    if (document.hidden) {
      stale = true;
      return;
    }
    stale = again = false;
    fetching = true;
    const begun = performance.now();
    await fetched();
    fetching = false;
    // The first change shows at once; after it, many are one refresh, and what takes long comes less often.
    const ended = performance.now();
    next = ended + Math.max(400, 5 * (ended - begun));
    if (again) soon();
  };
  const soon = (): void => {
    if (fetching) again = true;
    else if (!due) due = window.setTimeout(() => void refresh(), Math.max(0, next - performance.now()));
  };
  const fetched = async (): Promise<void> => {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll<HTMLElement>("[data-live][id]")) {
      const fresh = page.getElementById(part.id);
      const busy = part.contains(document.activeElement) || part.querySelector("details.verb-form[open]");
      if (fresh && !busy && fresh.innerHTML !== part.innerHTML) {
        part.innerHTML = fresh.innerHTML;
        window.htmx.process(part);
      }
    }
    show("live", `live · ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" })}`);
  };
  const open = (): void => {
    source = new EventSource(url);
    source.onopen = () => show("live", "live");
    source.onerror = () => show("lost", "connecting again");
    source.addEventListener("change", soon);
  };
  const pause = (): void => {
    source?.close();
    source = null;
    show("paused", "paused");
  };
  const apply = (paused: boolean): void => {
    if (button) button.textContent = paused ? "Resume live" : "Pause live";
    if (paused) pause();
    else open();
  };
  button?.addEventListener("click", () => {
    const paused = source !== null;
    sessionStorage.setItem(PAUSED, paused ? "1" : "");
    apply(paused);
    if (!paused) void refresh();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && stale) void refresh();
  });
  apply(sessionStorage.getItem(PAUSED) === "1");
}
