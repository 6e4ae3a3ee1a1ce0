// Browser tests: `node tests/run.mjs [NAME…]`. They start the built program (WATERCOURSE_BIN, by default
// ../target/debug/watercourse) as `demo --port 0 --still` and drive it with Chromium. Each *.test.mjs exports
// named async functions; each gets { browser, context, page, base, program, allow } and fails by throwing. A page may
// ask only the program, and what a test allows.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { start } from "./serving.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** A Chromium that is installed; the first of the usual names on the path. */
function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
  const folders = (process.env.PATH ?? "").split(":");
  for (const name of names) {
    for (const folder of folders) {
      if (existsSync(join(folder, name))) return join(folder, name);
    }
  }
  console.error(`No browser found: none of ${names.join(", ")} is on the PATH. Install chromium, or set CHROMIUM to its path.`);
  process.exit(2);
}

const program = process.env.WATERCOURSE_BIN ?? join(here, "../../target/debug/watercourse");

if (!existsSync(program)) {
  console.error(`${program} is not there. Build it with \`cargo build\`, or set WATERCOURSE_BIN.`);
  process.exit(2);
}

const wanted = process.argv.slice(2);
const executablePath = findChromium();
const demo = start(program, ["demo", "--port", "0", "--still"]);
let failed = 0;
let passed = 0;
try {
  const base = await demo.base;
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
  for (const file of readdirSync(here).filter((f) => f.endsWith(".test.mjs")).sort()) {
    const tests = await import(pathToFileURL(join(here, file)).href);
    for (const [name, test] of Object.entries(tests)) {
      const title = `${file.replace(".test.mjs", "")}: ${name}`;
      if (wanted.length > 0 && !wanted.some((w) => title.includes(w))) continue;
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId: "UTC" });
      const page = await context.newPage();
      page.setDefaultTimeout(15000);
      const faults = [];
      const allowed = [base, "data:"];
      page.on("console", (m) => m.type() === "error" && !/status of 4\d\d/.test(m.text()) && faults.push(`console: ${m.text()}`));
      page.on("pageerror", (e) => faults.push(`page error: ${e.message}`));
      page.on("request", (r) => !allowed.some((a) => r.url().startsWith(a)) && faults.push(`asked elsewhere: ${r.url()}`));
      try {
        await test({ browser, base, page, context, program, allow: (address) => allowed.push(address) });
        if (faults.length > 0) throw new Error(faults.join("\n"));
        passed += 1;
        console.log(`ok    ${title}`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL  ${title}\n      ${String(process.env.STACK ? error?.stack : error?.message ?? error).replace(/\n/g, "\n      ")}`);
      }
      await context.close();
    }
  }
  await browser.close();
} catch (error) {
  failed += 1;
  console.error(error?.message ?? error);
} finally {
  await demo.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
