// The report of `watercourse analyze --html`, and an imported log in the server.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A small log: thirty cases, a loop in every third, two teams. */
function log() {
  const rows = ["case,activity,timestamp,team"];
  for (let i = 0; i < 30; i += 1) {
    const at = (hours) => new Date(Date.UTC(2026, 0, 1 + i, hours)).toISOString();
    rows.push(`C${i},Received,${at(8)},desk`, `C${i},Check,${at(9 + (i % 5))},network`);
    if (i % 3 === 0) rows.push(`C${i},Received,${at(15)},desk`, `C${i},Check,${at(17)},network`);
    rows.push(`C${i},Closed,${at(20)},desk`);
  }
  return rows.join("\n") + "\n";
}

async function with_a_log(work, program) {
  const folder = mkdtempSync(join(tmpdir(), "watercourse-"));
  try {
    const file = join(folder, "small.csv");
    writeFileSync(file, log());
    await work(folder, file, (...args) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function the_file_is_complete_in_itself({ context, program }) {
  await with_a_log(async (folder, file, run) => {
    const html = join(folder, "out.html");
    run("analyze", file, "--html", html);
    const text = readFileSync(html, "utf8");
    assert.doesNotMatch(text, /<script|<link|url\(["']?http|src=/);
    const page = await context.newPage();
    const asked = [];
    page.on("request", (r) => r.url() !== pathToFileURL(html).href && asked.push(r.url()));
    await page.setViewportSize({ width: 320, height: 800 });
    await page.goto(pathToFileURL(html).href);
    assert.deepEqual(asked, []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    const words = await page.locator("main").innerText();
    assert.match(words, /110 events of 30 cases/);
    assert.match(words, /Rows: 110 read = 110 used/);
    assert.ok((await page.locator("svg.drawing").count()) >= 5);
  }, program);
}

export async function an_imported_log_stands_beside_the_native_streams({ page, base, program }) {
  await with_a_log(async (folder, file, run) => {
    run("import", file, "--stream", "small-log", "--url", base);
    await page.goto(`${base}/streams`);
    await page.getByRole("link", { name: /small/ }).first().click();
    await page.waitForURL(/\/streams\/small-log/);
    assert.match(await page.locator("h1").innerText(), /imported/);
    assert.ok((await page.locator("svg.drawing").count()) >= 5);
    await page.goto(`${base}/work?q=stream:small-log`);
    await page.locator("[data-rows] .key").first().click();
    assert.match(await page.locator("main").innerText(), /Received[\s\S]*Check/);
  }, program);
}
