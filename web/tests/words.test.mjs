// Comes last by its name, since it leaves its words behind. What others write is shown as text, wherever it is shown: hostile words in every field that is kept, then every
// page is visited. A dialog, a script that ran, or a report of the content security policy is a failure.
import assert from "node:assert/strict";

const RAN = "window.__ran = true";
/** Words that run where text is taken for markup, for an address, or for a template. */
const CORPUS = [
  `<script>${RAN}</script>`,
  `"><img src=x onerror="${RAN}">`,
  `'><svg onload="${RAN}">`,
  `</title><script>${RAN}</script>`,
  `</textarea><script>${RAN}</script>`,
  `--><script>${RAN}</script>`,
  `]]><script>${RAN}</script>`,
  `<iframe srcdoc="<script>parent.__ran = true</script>">`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--><img src=1 onerror=${RAN}>">`,
  `javascript:${RAN}`,
  `{{constructor.constructor("${RAN}")()}}`,
  "${alert(1)} <%= 7*7 %> #{7*7}",
  `<a href="javascript:${RAN}">x</a>`,
  `<style>@import "//example.org/x.css"</style>`,
  `<base href="//example.org/">`,
  `<meta http-equiv="refresh" content="0;url=//example.org/">`,
  `\u202e<b onmouseover=${RAN}>x</b>`,
  `<form action="//example.org"><button>x</button></form>`,
];
/** At most so many pages of one shape: a list has many alike. */
const OF_ONE_SHAPE = 12;
const MOST_PAGES = 400;

async function plant(base) {
  const seen = [];
  const send = async (method, path, body, type = "application/json") => {
    const answer = await fetch(base + path, {
      method,
      headers: { "content-type": type },
      body: type === "application/json" ? JSON.stringify(body) : body,
    });
    const text = await answer.text();
    // Refusing is right as well; breaking is not.
    assert.ok(answer.status < 500, `${method} ${path}: ${answer.status} ${text}`);
    return answer.ok ? JSON.parse(text || "{}") : null;
  };
  for (const [n, words] of CORPUS.entries()) {
    await send("PUT", `/api/v1/people/hostile-${n}`, { name: words, mail: words });
    await send("PUT", `/api/v1/teams/hostile-${n}`, { name: words, members: [`hostile-${n}`] });
    await send("PUT", `/api/v1/services/hostile-${n}`, { name: words, about: words, team: `hostile-${n}` });
    await send("PUT", `/api/v1/entities/hostile${n}`, { name: words });
    await send("PUT", `/api/v1/roles/hostile-${n}`, { name: words, permissions: ["item:see"] });
    const opened = await send("POST", "/api/v1/items", {
      stream: "restore-service", title: words.slice(0, 200), description: words, requester: `hostile-${n}`,
      fields: { service: words },
    }) ?? await send("POST", "/api/v1/items", { stream: "restore-service", title: words.slice(0, 200), description: words });
    if (opened) {
      const key = opened.item.key;
      seen.push(`/w/${key}`);
      await send("POST", `/api/v1/items/${key}/comment`, { text: words });
      await send("POST", `/api/v1/items/${key}/start`, { step: "reported" });
      await send("POST", `/api/v1/items/${key}/wait`, { step: "reported", reason: words });
      await send("POST", `/api/v1/items/${key}/add_work`, { label: words, activity: "improve", team: `hostile-${n}`, reason: words });
      await send("POST", `/api/v1/items/${key}/cancel`, { reason: words });
    }
    const quoted = JSON.stringify(words);
    const stream = `stream = "hostile-${n}"\nname = ${quoted}\nkind = "request"\ndemand = ${quoted}\nvalue = ${quoted}\n\n` +
      `[[step]]\nid = "one"\nname = ${quoted}\nactivity = "engage"\nteam = "hostile-${n}"\nstart = true\n\n` +
      `[[step]]\nid = "two"\nname = ${quoted}\nactivity = "deliver_support"\nteam = "hostile-${n}"\nafter = ["one"]\ndeliver = true\n`;
    await send("PUT", `/api/v1/streams/hostile-${n}?reason=${encodeURIComponent(words)}`, stream, "application/toml");
    seen.push(`/streams/hostile-${n}`, `/streams/hostile-${n}/versions`, `/streams/hostile-${n}/edit`, `/teams/hostile-${n}`);
    seen.push(`/work?q=${encodeURIComponent(words)}`, `/w/${encodeURIComponent(words)}`, `/streams/${encodeURIComponent(words)}`);
  }
  const quote = (words) => `"${words.replaceAll('"', '""')}"`;
  const rows = CORPUS.flatMap((words, n) => [0, 1, 2].map((h) =>
    [quote(`${words}${n}`), quote(CORPUS[(n + h) % CORPUS.length]), `2026-01-0${1 + h}T08:00:00Z`, quote(words)].join(",")));
  await send("POST", "/api/v1/imports?stream=hostile-log&name=" + encodeURIComponent(CORPUS[0]), `case,activity,timestamp,team\n${rows.join("\n")}\n`, "text/csv");
  seen.push("/streams/hostile-log", "/streams/hostile-log/variants", "/work?q=stream:hostile-log");
  return seen;
}

/** An address without what differs between pages of one shape. */
const shape = (path) => path.replace(/\?.*$/, "?").replace(/[A-Z]+-\d+|hostile-?\d*/g, "*").replace(/%[^/]*/g, "*");

export async function words_of_others_never_run({ page, base }) {
  const dialogs = [];
  page.on("dialog", (d) => { dialogs.push(`${page.url()}: ${d.message()}`); d.dismiss(); });
  await page.addInitScript(() => {
    window.__reports = [];
    document.addEventListener("securitypolicyviolation", (e) => window.__reports.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  const waiting = ["/", ...(await plant(base))];
  const queued = new Set(waiting);
  const shapes = new Map();
  let visited = 0;
  while (waiting.length > 0 && visited < MOST_PAGES) {
    const path = waiting.shift();
    const key = shape(path);
    const times = (shapes.get(key) ?? 0) + 1;
    if (times > Math.max(OF_ONE_SHAPE, CORPUS.length)) continue;
    shapes.set(key, times);
    // Streams of events do not end, and files are saved, not shown.
    if (/\/(live|events\/stream)|\.(csv|json|svg|toml)(\?|$)/.test(path)) continue;
    const answer = await page.goto(base + path, { waitUntil: "domcontentloaded" });
    visited += 1;
    assert.ok((answer?.status() ?? 0) < 500, `${path}: ${answer?.status()}`);
    const { ran, reports, links } = await page.evaluate(() => ({
      ran: window.__ran === true,
      reports: window.__reports ?? [],
      links: [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href")),
    }));
    assert.equal(ran, false, `${path}: words of others ran`);
    assert.deepEqual(reports, [], path);
    for (const link of links) {
      const url = new URL(link, base + path);
      assert.ok(url.protocol === "http:" || url.protocol === "https:" || url.protocol === "mailto:", `${path} links to ${link}`);
      const next = url.pathname + url.search;
      if (url.origin === base && !queued.has(next)) {
        queued.add(next);
        waiting.push(next);
      }
    }
  }
  assert.deepEqual(dialogs, []);
  assert.ok(visited > 100, `only ${visited} pages were visited`);
}
