// The theme form posts a choice and gets the page back; with a script the page need not load again.
export function theme(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-theme-form]")) {
    const select = form.querySelector<HTMLSelectElement>("select");
    const button = form.querySelector<HTMLElement>("button");
    if (!select) continue;
    if (button) button.hidden = true;
    select.addEventListener("change", () => {
      document.documentElement.dataset.theme = select.value;
      void fetch(form.action, {
        method: "POST",
        body: new URLSearchParams({ theme: select.value }),
        redirect: "manual",
      });
    });
  }
}
