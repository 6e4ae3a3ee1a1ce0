// Who comes in, on the pages: the first administrator, invitations, second factors, and a real provider.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WAYS, faults_of, way } from "./looking.mjs";
import { startProvider } from "./provider.mjs";
import { start } from "./serving.mjs";

const PASSWORD = "seven quiet herons wade";

/** Does something with a server of its own, where one signs in. */
async function served(program, allow, work) {
  const folder = mkdtempSync(join(tmpdir(), "watercourse-"));
  const server = start(program, ["serve", "--port", "0", "--data", folder, "--outbound", "localhost,127.0.0.1,::1"]);
  try {
    const base = await server.base;
    allow(base);
    await work(base, server);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Makes the first administrator, with the code of the console. */
async function begin(page, base, server) {
  let code;
  for (let tries = 0; !code && tries < 100; tries += 1) {
    code = server.said().match(/with the code (\S+)/)?.[1];
    if (!code) await new Promise((go) => setTimeout(go, 20));
  }
  await page.goto(base);
  await page.waitForURL(/\/first/);
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("Name to sign in with").fill("ada");
  await page.getByLabel("What people call you").fill("Ada Lovelace");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.waitForURL(`${base}/`);
}

async function sign_in(page, base, name, password) {
  await page.goto(`${base}/sign-in`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** The code an authenticator shows now (RFC 6238). */
function totp(secret, at = Date.now()) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const alert = async (page) => page.getByRole("alert").first().innerText();

export async function somebody_begins_invites_and_adds_a_second_factor({ browser, page, program, allow }) {
  await served(program, allow, async (base, server) => {
    await page.goto(`${base}/work?q=state:open`);
    await page.waitForURL(/\/first/, { timeout: 5000 });
    await begin(page, base, server);
    await page.goto(`${base}/first`);
    assert.match(page.url(), /\/sign-in$/, "there is one first administrator");

    await page.goto(`${base}/accounts`);
    await page.getByLabel("Name to sign in with").fill("grace");
    await page.getByLabel("Role", { exact: true }).selectOption("agent");
    await page.getByLabel("As far as").fill("all");
    await page.getByRole("button", { name: "Add the account" }).click();
    const code = await page.locator("[data-secret]").innerText();

    const other = await browser.newContext();
    const hers = await other.newPage();
    await hers.goto(`${base}/w/INC-1`);
    assert.match(hers.url(), /\/sign-in\?next=/, "nobody sees anything before");
    await hers.goto(`${base}/invitation`);
    await hers.getByLabel("Code").fill(code);
    await hers.getByLabel("New password").fill("password1234");
    await hers.getByRole("button", { name: "Choose" }).click();
    assert.match(await alert(hers), /./, "common passwords are refused");
    await hers.getByLabel("New password").fill(PASSWORD);
    await hers.getByLabel("Code").fill(code);
    await hers.getByRole("button", { name: "Choose" }).click();
    await hers.waitForURL(`${base}/`);

    await hers.goto(`${base}/account?second-factor=add`);
    const secret = await hers.locator("#factor ~ p code").first().innerText();
    await hers.getByLabel("The code it shows").fill(totp(secret, Date.now() - 30000));
    await hers.getByLabel("Your password").fill(PASSWORD);
    await hers.getByRole("button", { name: "Add it" }).click();
    const recovery = await hers.locator("[data-secret]").allInnerTexts();
    assert.equal(recovery.length, 10);
    await hers.getByRole("button", { name: "Sign out" }).click();
    await sign_in(hers, base, "grace", PASSWORD);
    await hers.getByLabel("Code").fill("000000");
    await hers.getByRole("button", { name: "Sign in", exact: true }).click();
    assert.match(await alert(hers), /do not let anybody in/);
    await hers.getByLabel("Code").fill(totp(secret));
    await hers.getByRole("button", { name: "Sign in", exact: true }).click();
    await hers.waitForURL(`${base}/`);

    // Deactivation ends everything at once.
    await page.goto(`${base}/accounts`);
    const card = page.locator("section", { has: page.getByRole("heading", { name: /^grace/ }) });
    await card.locator("summary").click();
    await card.getByRole("button", { name: "End it" }).click();
    await page.waitForURL(/done=active/);
    await hers.goto(`${base}/work`);
    assert.match(hers.url(), /\/sign-in/);
    await sign_in(hers, base, "grace", PASSWORD);
    assert.match(await alert(hers), /do not let anybody in/);
    await other.close();
  });
}

export async function people_come_in_through_a_provider({ browser, page, program, allow }) {
  await served(program, allow, async (base, server) => {
    await begin(page, base, server);
    const provider = await startProvider(base);
    allow(provider.issuer);
    try {
      await page.goto(`${base}/access/provider`);
      assert.match(await page.locator("main").innerText(), new RegExp(`${base}/sign-in/back`));
      await page.getByLabel("Issuer").fill("http://localhost:1/nowhere");
      await page.getByLabel("Client id").fill("watercourse");
      await page.getByLabel("Client secret").fill("known-to-both");
      await page.getByLabel("The button says").fill("Example");
      await page.getByLabel("Scopes beside openid").fill("profile email groups");
      await page.getByLabel("What groups give").fill("ops team agent all\nauditors auditor all");
      await page.getByRole("button", { name: "Keep the provider" }).click();
      assert.match(await alert(page), /does not describe itself/);
      assert.equal(await page.getByLabel("Client id").inputValue(), "watercourse", "what was filled in stays");
      await page.getByLabel("Issuer").fill(provider.issuer);
      await page.getByLabel("Client secret").fill("known-to-both");
      await page.getByRole("button", { name: "Keep the provider" }).click();
      await page.waitForURL(/done=kept/);

      const grace = { sub: "7", preferred_username: "grace", name: "Grace Hopper", groups: ["ops team"] };
      provider.who = grace;
      await page.getByRole("link", { name: "Try it out" }).click();
      await page.locator("#claims").waitFor();
      const said = JSON.parse(await page.locator("#claims").innerText());
      assert.equal(said.sub, "7");
      assert.deepEqual(said.groups, ["ops team"]);
      assert.match(await page.locator("main").innerText(), /A new account “grace” would be made/);
      assert.match(await page.locator("main").innerText(), /agent everywhere/);
      await page.goto(`${base}/accounts`);
      assert.doesNotMatch(await page.locator("main").innerText(), /grace/, "trying changes nothing");

      const visit = async (who, work) => {
        provider.who = who;
        const context = await browser.newContext();
        const theirs = await context.newPage();
        let back = null;
        theirs.on("request", (r) => { if (r.url().startsWith(`${base}/sign-in/back`)) back = r.url(); });
        await theirs.goto(`${base}/sign-in?next=/account`);
        await theirs.getByRole("link", { name: "Sign in with Example" }).click();
        await theirs.waitForLoadState("load");
        await work(theirs, back);
        await context.close();
      };
      await visit(grace, async (theirs, back) => {
        assert.equal(theirs.url(), `${base}/account`);
        assert.match(await theirs.locator("main").innerText(), /agent everywhere/);
        // The address one came back by is worth nothing any more, to nobody.
        await theirs.goto(back);
        assert.match(await alert(theirs), /not begun in this browser/);
        await page.goto(back);
        assert.match(await alert(page), /not begun in this browser/);
      });
      await visit({ ...grace, groups: ["auditors"] }, async (theirs) => {
        const roles = await theirs.locator("main").innerText();
        assert.match(roles, /auditor everywhere/);
        assert.doesNotMatch(roles, /agent everywhere/, "what a group no longer gives is gone");
      });
      await visit({ ...grace, groups: [] }, async (theirs) => {
        assert.match(await theirs.locator("main").innerText(), /You have no role yet/);
      });
      await visit({ sub: "8", preferred_username: "mallory", groups: [] }, async (theirs) => {
        assert.match(await alert(theirs), /None of your groups has a role here/);
      });
      await visit({ sub: "9", preferred_username: "ada", groups: ["ops team"] }, async (theirs) => {
        assert.match(await alert(theirs), /account “ada” already/, "a name that somebody chose opens nothing");
      });
      await visit({ sub: "10", groups: ["ops team"] }, async (theirs) => {
        assert.match(await alert(theirs), /does not give the claim/);
      });
      await visit(null, async (theirs) => {
        assert.match(await alert(theirs), /did not let you in: not today/);
      });

      // Her own account she links herself, and from then on it opens.
      provider.who = { sub: "9", preferred_username: "ada", groups: ["ops team"] };
      await page.goto(`${base}/account/provider`);
      assert.match(await alert(page), /page of this server/, "nobody else leads her there");
      await page.goto(`${base}/account`);
      await page.getByRole("link", { name: "Link it" }).click();
      assert.match(await alert(page), /linked to another account/, "at the provider she is still signed in as Grace");
      await page.context().clearCookies({ domain: "localhost" });
      await page.getByRole("link", { name: "Link it" }).click();
      await page.waitForURL(/done=linked/);
      await visit(provider.who, async (theirs) => {
        assert.match(await theirs.locator("main").innerText(), /administrator everywhere/);
        assert.match(await theirs.locator("main").innerText(), /agent everywhere/);
      });
      await page.goto(`${base}/audit`);
      assert.match(await page.locator("main").innerText(), /provider:kept/);
      assert.match(await page.locator("main").innerText(), /account:linked/);

      // How it looks, before the door and behind it.
      const faults = [];
      for (const how of WAYS) {
        const looked = await browser.newContext({ ...way(how), storageState: await page.context().storageState() });
        const there = await looked.newPage();
        for (const path of ["/access/provider", "/access", "/account", "/account?second-factor=add", "/accounts", "/audit", "/receivers"]) {
          await there.goto(base + path);
          faults.push(...(await faults_of(there, `${path} ${how.join(" ")}`)));
        }
        await looked.clearCookies();
        for (const path of ["/sign-in", "/invitation", "/sign-in/back?state=x"]) {
          await there.goto(base + path);
          faults.push(...(await faults_of(there, `${path} ${how.join(" ")}`)));
        }
        await looked.close();
      }
      assert.equal(faults.length, 0, faults.join("\n"));

      await page.goto(`${base}/access/provider`);
      await page.getByRole("button", { name: "Take the provider away" }).click();
      await page.waitForURL(/done=removed/);
      await page.goto(`${base}/sign-in`);
      assert.equal(await page.getByRole("link", { name: /Sign in with/ }).count(), 0);
    } finally {
      provider.stop();
    }
  });
}
