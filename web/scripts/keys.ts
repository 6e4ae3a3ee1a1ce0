// Single keys, never inside an input and never together with Ctrl, Alt or Meta. What `g` + letter
// opens is written in the navigation itself (data-key), so it is declared once.

/** Whether the person switched single keys off (WCAG 2.1.4). */
function off(): boolean {
  return document.documentElement.dataset.keys === "off";
}

function typing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.("input, textarea, select, [contenteditable]");
}

/** The rows j and k walk over. */
function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-rows] > tr, [data-rows] > li")];
}

function step(by: number): void {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.hasAttribute("data-current"));
  const next = Math.min(Math.max(at + by, 0), all.length - 1);
  all[at]?.removeAttribute("data-current");
  const row = all[next];
  row?.setAttribute("data-current", "");
  row?.querySelector<HTMLElement>("a")?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function sheet(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#keys");
  if (dialog && !dialog.open) dialog.showModal();
}

export function keys(): void {
  let waiting = 0;
  document.addEventListener("keydown", (event) => {
    if (off() || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (typing(event.target)) {
      if (event.key === "Escape") (event.target as HTMLElement).blur();
      return;
    }
    if (waiting > Date.now()) {
      waiting = 0;
      const link = document.querySelector<HTMLAnchorElement>(`nav a[data-key="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    const act: Record<string, () => void> = {
      g: () => (waiting = Date.now() + 1500),
      j: () => step(1),
      k: () => step(-1),
      c: () => document.querySelector<HTMLAnchorElement>("a[data-key-new]")?.click(),
      e: () => document.querySelector<HTMLAnchorElement>("a[data-key-edit]")?.click(),
      t: () => document.querySelectorAll<HTMLDetailsElement>("details.twin").forEach((twin) => (twin.open = !twin.open)),
      "/": () => {
        const search = document.querySelector<HTMLInputElement>("input[type=search]");
        if (search) search.focus();
        else document.querySelector<HTMLAnchorElement>('nav a[data-key="w"]')?.click();
      },
      "?": sheet,
    };
    const todo = act[event.key];
    if (todo) {
      event.preventDefault();
      todo();
    }
  });
  document.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    if (target.closest("[data-open-keys]")) sheet();
    if (target.closest("[data-close]")) target.closest("dialog")?.close();
  });
}
