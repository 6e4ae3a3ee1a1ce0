// Every page: no serious finding of axe-core, no sideways scrolling on a phone, in both themes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The pages, with an item and a filter that is off. */
async function pages(page, base) {
  await page.goto(`${base}/work?q=state:open`);
  const open = await page.locator("[data-rows] tr .key").first().getAttribute("href");
  await page.goto(`${base}/work?q=result:delivered`);
  const closed = await page.locator("[data-rows] tr .key").first().getAttribute("href");
  return [
    "/", "/a/plan", "/a/engage", "/streams", "/streams/new", "/streams/restore-service", "/streams/new-feature?show=designed",
    "/streams/new-feature?show=difference", "/streams/restore-service/edit", "/streams/restore-service/versions",
    "/streams/restore-service/variants", "/streams/restore-service/conformance", "/work", "/work?q=tem:x", "/new", open, closed,
    "/practices", "/practices/incident-management", "/teams", "/teams/service-desk", "/w/NO-1",
  ];
}

async function look(browser, base, width, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true, reducedMotion: "reduce" });
  const page = await context.newPage();
  const said = [];
  for (const path of await pages(page, base)) {
    await page.goto(base + path);
    // Everything that can be unfolded is looked at too.
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) said.push(`${path} at ${width}: ${wide} px too wide`);
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const v of found.violations.filter((v) => v.impact === "serious" || v.impact === "critical")) {
      said.push(`${path} ${width} ${colorScheme}: ${v.id} (${v.nodes.length}) ${v.nodes[0].target} ${v.nodes[0].failureSummary?.split("\n")[1] ?? ""}`);
    }
  }
  await context.close();
  assert.equal(said.length, 0, said.join("\n"));
}

export const wide_and_light = ({ browser, base }) => look(browser, base, 1440, "light");
export const wide_and_dark = ({ browser, base }) => look(browser, base, 1440, "dark");
export const phone_and_light = ({ browser, base }) => look(browser, base, 320, "light");
export const phone_and_dark = ({ browser, base }) => look(browser, base, 320, "dark");

export async function the_first_load_is_small({ page, base }) {
  let bytes = 0;
  page.on("response", async (r) => {
    const sizes = await r.request().sizes().catch(() => null);
    bytes += sizes ? sizes.responseBodySize : 0;
  });
  await page.goto(base, { waitUntil: "load" });
  assert.ok(bytes < 150_000, `${bytes} bytes`);
}

export async function nothing_is_inline({ page, base }) {
  for (const path of await pages(page, base)) {
    const answer = await page.goto(base + path);
    const policy = answer.headers()["content-security-policy"] ?? "";
    assert.match(policy, /default-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe-inline/, path);
    const html = await answer.text();
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/, path);
  }
}
