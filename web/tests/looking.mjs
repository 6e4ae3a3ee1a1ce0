// What a page must not do, however it is looked at.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How pages are looked at: wide and on a phone, in both themes. The policy of a page lets no axe-core in. */
export const WAYS = [[1440, "light"], [1440, "dark"], [320, "light"], [320, "dark"]];
export const way = ([width, colorScheme]) => ({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true, reducedMotion: "reduce" });

/** What is wrong with the page that is shown: it is wider than the window, or axe-core finds something serious. */
export async function faults_of(page, what) {
  const said = [];
  // Everything that can be unfolded is looked at too.
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) said.push(`${what}: ${wide} px too wide`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const v of found.violations.filter((v) => v.impact === "serious" || v.impact === "critical")) {
    said.push(`${what}: ${v.id} (${v.nodes.length}) ${v.nodes[0].target} ${v.nodes[0].failureSummary?.split("\n")[1] ?? ""}`);
  }
  return said;
}
