// npm openid-client against the platform: a person's sign-in and a machine's token. Speaks lines of JSON with the test
// that drives it: {"url": …} asks it to send a browser there, the answer is the address the browser came back to.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (what) => console.log(JSON.stringify(what));
const hear = async () => JSON.parse((await lines.next()).value);
const insecure = { execute: [client.allowInsecureRequests] }; // the demo listens on this machine by http

const person = async ({ issuer, clientId, secret, callback, home }) => {
  const metadata = { client_secret: secret, id_token_signed_response_alg: "ES256" };
  const auth = client.ClientSecretBasic(secret);
  const config = await client.discovery(new URL(issuer), clientId, metadata, auth, insecure);
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: "openid profile phone offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    acr_values: "urn:shimin:level:2",
    max_age: "3600",
    state,
    nonce,
  });
  tell({ url: url.href });
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 3600, idTokenExpected: true };
  const tokens = await client.authorizationCodeGrant(config, new URL((await hear()).url), checks);
  const claims = tokens.claims();
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  const again = await client.refreshTokenGrant(config, tokens.refresh_token).then(() => "taken", (error) => error.error);
  const after = await client.fetchUserInfo(config, refreshed.access_token, claims.sub).then(() => "told", (error) => error.cause?.[0]?.parameters?.error ?? error.code);
  await client.tokenRevocation(config, refreshed.refresh_token);
  const leave = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: home, state });
  tell({ claims, userinfo, sub: refreshed.claims().sub, again, after, leave: leave.href, state });
};

const machine = async ({ issuer }) => {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  tell({ jwks: { keys: [await crypto.subtle.exportKey("jwk", keys.publicKey)] } });
  const { clientId } = await hear();
  const auth = client.PrivateKeyJwt(keys.privateKey);
  const config = await client.discovery(new URL(issuer), clientId, undefined, auth, insecure);
  const token = await client.clientCredentialsGrant(config, { scope: "housing-fund:accounts.read" });
  const known = await client.tokenIntrospection(config, token.access_token);
  const more = await client.clientCredentialsGrant(config, { scope: "housing-fund:accounts.write" }).then(() => "given", (error) => error.error);
  tell({ scope: token.scope, known, more });
};

await { person, machine }[process.argv[2]](await hear());
process.exit(0);
