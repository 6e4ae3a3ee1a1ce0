// The ways people take through the pages.
import assert from "node:assert/strict";

/** Opens a request and answers its key. */
async function open(page, base, title) {
  await page.goto(`${base}/new?stream=standard-request`);
  await page.getByLabel("Title", { exact: true }).fill(title);
  await page.getByRole("button", { name: /^Open / }).click();
  await page.waitForURL(/\/w\/REQ-\d+/);
  return new URL(page.url()).pathname.split("/").pop();
}

export async function an_item_is_opened_started_and_finished({ page, base }) {
  const key = await open(page, base, "A second screen");
  assert.match(await page.locator("h1").innerText(), new RegExp(`${key}\\s+A second screen`));
  await page.locator("#rounds").getByRole("button", { name: "Start" }).first().click();
  await page.waitForURL(/done=start/);
  assert.match(await page.locator("#rounds").innerText(), /worked on/);
  const finish = page.locator("#rounds .verbs").first();
  await finish.locator("summary", { hasText: "Finish" }).click();
  await finish.getByRole("button", { name: "Finish" }).click();
  await page.waitForURL(/done=finish/);
  assert.match(await page.locator("#history").innerText(), /finished/);
}

export async function waiting_names_its_reason({ page, base }) {
  await open(page, base, "A licence");
  await page.locator("#rounds").getByRole("button", { name: "Start" }).first().click();
  await page.waitForURL(/done=start/);
  const verbs = page.locator("#rounds .verbs").first();
  await verbs.locator("summary", { hasText: "Wait" }).click();
  await verbs.getByLabel("Reason", { exact: false }).first().fill("user");
  await verbs.getByRole("button", { name: "Wait" }).click();
  await page.waitForURL(/done=wait/);
  assert.match(await page.locator("#rounds").innerText(), /waits for user/);
}

export async function a_refusal_says_what_would_be_right({ page, base }) {
  await open(page, base, "A chair");
  await page.locator("#rounds").getByRole("button", { name: "Start" }).first().click();
  await page.waitForURL(/done=start/);
  const verbs = page.locator("#rounds .verbs").first();
  await verbs.locator("summary", { hasText: "Wait" }).click();
  await verbs.getByLabel("Reason", { exact: false }).first().fill("Not A Label!");
  await verbs.getByRole("button", { name: "Wait" }).click();
  const refusal = page.getByRole("alert").first();
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /not a label/i);
  assert.match(await refusal.innerText(), /small letters/);
  // What had been written is still there.
  assert.equal(await page.locator("#rounds").getByLabel("Reason", { exact: false }).first().inputValue(), "Not A Label!");
}

export async function the_same_form_sent_twice_does_it_once({ page, base }) {
  await page.goto(`${base}/new?stream=standard-request`);
  const key = await page.locator("form[method=post][action='/new'] input[name=idempotency_key]").inputValue();
  const send = () =>
    page.evaluate(async (key) => {
      const body = new URLSearchParams({ idempotency_key: key, stream: "standard-request", title: "Twice" });
      const answer = await fetch("/new", { method: "POST", body });
      return new URL(answer.url).pathname;
    }, key);
  assert.equal(await send(), await send());
}

export async function a_filter_that_is_off_is_pointed_at({ page, base }) {
  await page.goto(`${base}/work?q=${encodeURIComponent("kind:incident tem:hr")}`);
  const said = await page.locator("#issue").innerText();
  assert.match(said, /Column 15/);
  assert.match(said, /team/);
}

export async function a_list_goes_on_where_it_ended({ page, base }) {
  await page.goto(`${base}/work?q=state:closed&sort=oldest`);
  const first = await page.locator("[data-rows] tr .key").allInnerTexts();
  await page.getByRole("link", { name: "Next page" }).click();
  await page.waitForURL(/cursor=/);
  const second = await page.locator("[data-rows] tr .key").allInnerTexts();
  assert.equal(first.length, 50);
  assert.ok(second.length > 0 && second.every((key) => !first.includes(key)));
}

export async function the_editor_says_where_the_mistake_is({ page, base }) {
  await page.goto(`${base}/streams/standard-request/edit`);
  const text = await page.locator("#text").inputValue();
  const lines = text.split("\n");
  const at = lines.findIndex((line) => /^activity/.test(line));
  lines[at] = 'activity = "engag"';
  await page.locator("#text").fill(lines.join("\n"));
  const where = page.locator("#checked .where", { hasText: `line ${at + 1},` });
  await where.first().waitFor();
  assert.match(await page.locator("#checked").innerText(), /engage/);
  await where.first().click();
  const selected = await page.evaluate(() => {
    const area = document.querySelector("#text");
    return area.value.slice(0, area.selectionStart).split("\n").length;
  });
  assert.equal(selected, at + 1, "the finding leads to its line");
  await page.locator("#text").fill(text);
  await page.locator("#checked svg.drawing").waitFor();
}

export async function a_stream_is_changed_and_published_with_its_reason({ page, base }) {
  await page.goto(`${base}/streams/problem-to-fix/edit`);
  await page.locator("#text").fill((await page.locator("#text").inputValue()) + "\n# kept as it was written\n");
  await page.getByRole("button", { name: "Publish stream" }).click();
  await page.getByRole("alert").first().waitFor();
  assert.match(await page.getByRole("alert").first().innerText(), /reason/i);
  await page.getByLabel(/Why it changes/).fill("A remark");
  await page.getByRole("button", { name: "Publish stream" }).click();
  await page.waitForURL(/\/streams\/problem-to-fix\?/);
  await page.goto(`${base}/streams/problem-to-fix/versions`);
  assert.match(await page.locator("main").innerText(), /A remark[\s\S]*kept as it was written/);
}

export async function keys_lead_everywhere({ page, base }) {
  await page.goto(base);
  for (const [key, path] of [["w", "/work"], ["s", "/streams"], ["t", "/teams"], ["p", "/practices"], ["h", "/"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForURL((url) => url.pathname === path);
  }
  await page.keyboard.press("?");
  await page.locator("dialog#keys[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.goto(`${base}/work`);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await page.locator("[data-rows] tr").nth(1).getAttribute("data-current");
  assert.equal(second, "");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/w\//);
  await page.goto(`${base}/work`);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  await page.keyboard.type("gw");
  assert.equal(new URL(page.url()).pathname, "/work", "keys mean themselves inside an input");
}

export async function a_change_shows_in_another_window({ page, context, base }) {
  const key = await open(page, base, "A lamp");
  const other = await context.newPage();
  await other.goto(`${base}/w/${key}`);
  await other.locator(".live[data-state=live]").waitFor();
  await page.locator("#rounds").getByRole("button", { name: "Start" }).first().click();
  await other.locator("#rounds", { hasText: "worked on" }).waitFor();
}

export async function everything_works_without_scripts({ browser, base }) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await open(page, base, "Without scripts");
  await page.locator("#rounds").getByRole("button", { name: "Start" }).first().click();
  await page.waitForURL(/done=start/);
  await page.goto(`${base}/streams/new`);
  await page.locator("#text").fill('stream = "x"\n');
  await page.getByRole("button", { name: "Check" }).click();
  assert.match(await page.locator("#checked").innerText(), /error/);
  await page.locator("#theme").selectOption("dark");
  await page.locator("form[action='/theme'] button").click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await context.close();
}
