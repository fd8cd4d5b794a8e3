// The OpenID provider that sign-in is tested against: `oidc-provider`, set up as an organisation
// would for a command line. Started with a JSON object as its only argument:
//
//   dir       where certificate.pem and key.pem lie, and where jwks.json (the signing key) and
//             issued.jsonl (every token) are written
//   access    how long an access token is good, in seconds
//   device    how long a device code is good, in seconds
//   renewal   how late the answer to a renewal is, in milliseconds: the tokens are changed before
//   opaque    true for access tokens that are no JWTs
//   slow      how often, after the first time, who asks for a device code is told to slow down
//
// SIGUSR2 puts its clock an hour ahead.
//
// Prints its issuer on a line of its own once it answers. Everybody signs in with any password.

import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

// Standard output is for the issuer alone; nobody reads it any more once that was said.
console.info = console.error;

// Sessions grow old without anybody waiting for it.
const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead;
process.on('SIGUSR2', () => { ahead += 3_600_000; });

const settings = { access: 3600, device: 600, renewal: 0, opaque: false, slow: 0, ...JSON.parse(process.argv[2]) };
// Installed outside of the sources: the directory is this process's working directory.
const installed = createRequire(path.join(process.cwd(), 'package.json'));
const { Provider } = await import(pathToFileURL(installed.resolve('oidc-provider')));

const file = (name) => path.join(settings.dir, name);
const server = createServer({ key: readFileSync(file('key.pem')), cert: readFileSync(file('certificate.pem')) });
// A busy machine must not meet a connection that has just been closed as idle.
server.keepAliveTimeout = 600_000;
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `https://127.0.0.1:${server.address().port}`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' };
writeFileSync(file('jwks.json'), JSON.stringify({ keys: [jwk] }));

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const person = (client_id) => ({
  client_id,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', DEVICE],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1', 'http://localhost/Callback'],
});

const provider = new Provider(issuer, {
  clients: [
    person('mmd-cli'),
    person('another-cli'),
    {
      client_id: 'monitor',
      client_secret: 'monitor-secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  jwks: { keys: [jwk] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  scopes: ['openid', 'offline_access', 'MmdSupport.ReadWrite'],
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  ttl: {
    DeviceCode: settings.device,
    Grant: 86400, IdToken: 3600, Interaction: 600, RefreshToken: 86400, Session: 86400,
    ClientCredentials: settings.access,
  },
  extraTokenClaims(ctx, token) {
    if (!token.accountId) return undefined;
    const { AuthorizationCode, DeviceCode, RefreshToken } = ctx.oidc.entities;
    const source = AuthorizationCode ?? DeviceCode ?? RefreshToken;
    return { upn: token.accountId, auth_time: source?.authTime };
  },
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => ({
        scope: 'MmdSupport.ReadWrite',
        audience: resource,
        accessTokenTTL: settings.access,
        ...(settings.opaque
          ? { accessTokenFormat: 'opaque' }
          : { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
      }),
      useGrantedResource: () => true,
    },
  },
});

// RFC 8628, 3.5: who asks for a code's outcome too often is told to slow down.
const asked = new Map();
provider.use(async (ctx, next) => {
  await next();
  const code = ctx.oidc?.params?.device_code;
  if (code && ctx.body?.error === 'authorization_pending') {
    const times = asked.get(code) ?? 0;
    asked.set(code, times + 1);
    if (times > 0 && times <= settings.slow) ctx.body = { error: 'slow_down', error_description: 'too soon' };
  }
});

provider.use(async (ctx, next) => {
  await next();
  if (ctx.oidc?.params?.grant_type === 'refresh_token') {
    await new Promise((late) => setTimeout(late, settings.renewal));
  }
});

// What it has given out, for who looks whether it lies where it must not.
provider.on('grant.success', (ctx) => {
  const { access_token, refresh_token, id_token } = ctx.body;
  appendFileSync(file('issued.jsonl'), `${JSON.stringify({ access_token, refresh_token, id_token })}\n`);
});

server.on('request', provider.callback());
console.log(issuer);
