// Everything here is a comfort: without it every page and every form still works.
import htmx from "htmx.org";
import { editor } from "./editor";
import { keys } from "./keys";
import { live } from "./live";
import { theme } from "./theme";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

// No eval, no style element: the content security policy allows neither.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.scrollBehavior = "auto";
// A refusal comes back as a page with what would be right: show it.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4(09|22|00|04)", swap: true, error: false },
  { code: "[45]..", swap: false, error: true },
];
window.htmx = htmx;

document.addEventListener("htmx:responseError", () => say("Not done: the server could not answer. Try again."));
document.addEventListener("htmx:sendError", () => say("Not sent: the server cannot be reached. Nothing was changed; try again."));

/** Says something politely, to eyes and to screen readers. */
function say(text: string): void {
  let toast = document.querySelector<HTMLElement>(".toast");
  if (!toast) {
    toast = document.createElement("div");
    toast.className = "toast";
    toast.setAttribute("role", "status");
    document.body.append(toast);
  }
  toast.textContent = text;
  setTimeout(() => toast?.remove(), 8000);
}

theme();
keys();
live();
editor();
