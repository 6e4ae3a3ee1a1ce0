// Two nodes on one PostgreSQL, with a browser on each.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { start } from "./serving.mjs";

const POSTGRES = process.env.WATERCOURSE_TEST_POSTGRES || "postgres://postgres@127.0.0.1:5432/postgres";

async function say(sql) {
  const client = new pg.Client({ connectionString: POSTGRES });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export async function what_is_done_on_one_shows_on_the_other({ browser, page, program, allow }) {
  const schema = `wc_test_${randomBytes(8).toString("hex")}`;
  const folder = mkdtempSync(join(tmpdir(), "watercourse-"));
  await say(`CREATE SCHEMA ${schema}`);
  const database = `${POSTGRES}${POSTGRES.includes("?") ? "&" : "?"}options[search_path]=${schema}`;
  const node = () => start(program, ["serve", "--open", "--port", "0", "--data", folder, "--key-file", join(folder, "key"), "--database", database]);
  const nodes = [node()];
  try {
    const one = await nodes[0].base;
    nodes.push(node());
    const two = await nodes[1].base;
    allow(one);
    await page.goto(`${one}/new?stream=standard-request`);
    await page.getByLabel("Title", { exact: true }).fill("A second screen");
    await page.getByRole("button", { name: /^Open / }).click();
    await page.waitForURL(/\/w\/REQ-\d+/);
    const path = new URL(page.url()).pathname;

    const context = await browser.newContext();
    const other = await context.newPage();
    const listening = other.waitForRequest((r) => r.url().includes("/live"));
    await other.goto(`${two}${path}`);
    await listening;
    assert.doesNotMatch(await other.locator("#rounds").innerText(), /worked on/);
    await other.evaluate(() => (window.__same = true));
    await page.locator("#rounds").getByRole("button", { name: "Start" }).first().click();
    await page.waitForURL(/done=start/);
    const done = Date.now();
    await other.locator("#rounds", { hasText: "worked on" }).waitFor({ timeout: 10000 });
    console.log(`      it showed on the other node after ${Date.now() - done} ms`);
    assert.ok(await other.evaluate(() => window.__same === true), "without loading the page again");

    // One of them goes away in the middle of everything; the other has all of it and goes on.
    await page.goto("about:blank");
    nodes[0].kill();
    await other.locator("#rounds .verbs").first().locator("summary", { hasText: "Finish" }).click();
    await other.locator("#rounds .verbs").first().getByRole("button", { name: "Finish" }).click();
    await other.waitForURL(/done=finish/);
    assert.match(await other.locator("#history").innerText(), /finished/);
    await context.close();
  } finally {
    for (const one of nodes) await one.stop();
    await say(`DROP SCHEMA ${schema} CASCADE`);
    rmSync(folder, { recursive: true });
  }
}
