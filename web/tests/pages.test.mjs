// Every page: no serious finding of axe-core, no sideways scrolling on a phone, in both themes.
import assert from "node:assert/strict";
import { WAYS, faults_of, way } from "./looking.mjs";

const LOG = `case,activity,time,team
1,Ask,2026-01-05 09:00,desk
1,Awaiting user,2026-01-05 11:00,ops
1,Closed,2026-01-06 09:00,desk
2,Ask,2026-01-06 09:00,desk
2,Closed,2026-01-07 09:00,ops
,Ask,2026-01-07 09:00,ops
`;

/** A file that was brought, looked at and tried. */
async function brought(page, base) {
  await page.goto(`${base}/imports`);
  await page.locator("#file").setInputFiles({ name: "desk.csv", mimeType: "text/csv", buffer: Buffer.from(LOG) });
  await page.getByRole("button", { name: "Look at the file" }).click();
  await page.getByRole("button", { name: "Try it without keeping it" }).first().click();
  await page.getByText("It would bring 2 items with 5 events").waitFor();
  return new URL(page.url()).pathname;
}

/** The pages, with an item and a filter that is off. */
async function pages(page, base) {
  const tried = await brought(page, base);
  await page.goto(`${base}/work?q=state:open`);
  const open = await page.locator("[data-rows] tr .key").first().getAttribute("href");
  await page.goto(`${base}/work?q=result:delivered`);
  const closed = await page.locator("[data-rows] tr .key").first().getAttribute("href");
  return [
    "/", "/a/plan", "/a/engage", "/streams", "/streams/new", "/streams/restore-service", "/streams/new-feature?show=designed",
    "/streams/new-feature?show=difference", "/streams/restore-service/edit", "/streams/restore-service/versions",
    "/streams/restore-service/variants", "/streams/restore-service/conformance", "/work", "/work?q=tem:x", "/new", open, closed,
    "/practices", "/practices/incident-management", "/teams", "/teams/service-desk", "/w/NO-1",
    "/imports", tried,
  ];
}

async function look(browser, base, how) {
  const context = await browser.newContext(way(how));
  const page = await context.newPage();
  const said = [];
  for (const path of await pages(page, base)) {
    await page.goto(base + path);
    said.push(...(await faults_of(page, `${path} ${how.join(" ")}`)));
  }
  await context.close();
  assert.equal(said.length, 0, said.join("\n"));
}

export const wide_and_light = ({ browser, base }) => look(browser, base, WAYS[0]);
export const wide_and_dark = ({ browser, base }) => look(browser, base, WAYS[1]);
export const phone_and_light = ({ browser, base }) => look(browser, base, WAYS[2]);
export const phone_and_dark = ({ browser, base }) => look(browser, base, WAYS[3]);

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
