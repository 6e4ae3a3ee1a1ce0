// A real OpenID Connect provider on loopback. Who signs in there is what the test says; nobody is asked.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import Provider from "oidc-provider";

/** Starts one that knows the client of a server at `base`. `who` is whoever signs in next: claims; null refuses. */
export async function startProvider(base) {
  const server = createServer((request, response) => answer(request, response));
  server.listen(0, "localhost");
  await once(server, "listening");
  const issuer = `http://localhost:${server.address().port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const people = new Map();
  const scope = "openid profile email groups";
  const provider = new Provider(issuer, {
    clients: [{ client_id: "watercourse", client_secret: "known-to-both", redirect_uris: [`${base}/sign-in/back`] }],
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"], groups: ["groups"] },
    scopes: scope.split(" "),
    pkce: { required: () => true },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", kid: "one", alg: "RS256" }] },
    cookies: { keys: ["for this test"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => people.get(id) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
      grant.addOIDCScope(scope);
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  });
  const known = { issuer, who: null, stop: () => server.close() };
  const callback = provider.callback();
  const answer = async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return callback(request, response);
    const { who } = known;
    if (!who) return provider.interactionFinished(request, response, { error: "access_denied", error_description: "not today" });
    people.set(who.sub, who);
    return provider.interactionFinished(request, response, { login: { accountId: who.sub, remember: false } });
  };
  return known;
}
