// The stream editor: line numbers, Ctrl+Enter to check, and findings that lead to their place.
// The check itself is the server's: htmx posts the text a moment after the last key.

export function editor(): void {
  const area = document.querySelector<HTMLTextAreaElement>("textarea[data-stream-text]");
  if (!area) return;
  const numbers = document.querySelector<HTMLElement>("[data-line-numbers]");
  const number = (): void => {
    if (!numbers) return;
    const lines = area.value.split("\n").length;
    numbers.textContent = Array.from({ length: lines }, (_, i) => i + 1).join("\n");
    numbers.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", number);
  area.addEventListener("scroll", () => {
    if (numbers) numbers.scrollTop = area.scrollTop;
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      window.htmx.trigger(area, "check");
    }
  });
  // A diagnostic leads to its place in the text.
  document.addEventListener("click", (event) => {
    const link = (event.target as HTMLElement).closest<HTMLElement>("[data-line]");
    if (!link) return;
    event.preventDefault();
    const line = Number(link.dataset.line);
    const column = Number(link.dataset.column ?? "1");
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
    area.focus();
    area.setSelectionRange(start, start + Math.max(1, (lines[line - 1] ?? "").length - column + 1));
  });
  number();
}
