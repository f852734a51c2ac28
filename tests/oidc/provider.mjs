// A certified OpenID Connect provider with people of its own, its sign-in and its consent page.
//
// node provider.mjs MODULES PORT: MODULES is the folder with node_modules. Prints a line when ready.
// Clients register themselves (POST /reg). PUT /test takes what the next answers lie about; lies are
// told by the provider itself, signed with its own key, because that is what a client has to notice.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, port] = process.argv.slice(2);
const require = createRequire(`${modules}/package.json`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { Provider } = await load('oidc-provider');
const jose = await load('jose');

const issuer = `http://127.0.0.1:${port}`;
const keys = await jose.generateKeyPair('RS256', { extractable: true });
const otherKeys = await jose.generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await jose.exportJWK(keys.privateKey)), alg: 'RS256', use: 'sig', kid: 'the-key' };

const PEOPLE = {
  laura: { email: 'laura@seller.example', email_verified: true, given_name: 'Laura', family_name: 'Callahan', locale: 'fi-FI', roles: ['planner', 'unmapped'] },
  sam: { email: 'sam@seller.example', email_verified: true, name: 'Sam van der Otter', roles: ['cashier'] },
  roleless: { email: 'roleless@seller.example', email_verified: true, roles: [] },
  unverified: { email: 'unverified@seller.example', email_verified: false, roles: ['planner'] },
  stranger: { email: 'stranger@elsewhere.example', email_verified: true, roles: ['planner'] },
};

let lies = {};
let fast = 0;
const realNow = Date.now.bind(Date);
Date.now = () => realNow() + fast;

const person = (id) => ({ ...PEOPLE[id], ...lies.claims });

const provider = new Provider(issuer, {
  jwks: { keys: [jwk] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, registration: { enabled: true } },
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['given_name', 'family_name', 'name', 'locale', 'roles'],
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['signs the cookies of this test run'] },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  findAccount: (_ctx, id) => PEOPLE[id] && {
    accountId: id,
    claims: () => ({ sub: id, ...person(id) }),
  },
});

async function signed(claims) {
  if (lies.algorithm === 'none') return new jose.UnsecuredJWT(claims).encode();
  if (lies.algorithm === 'HS256') {
    const secret = new TextEncoder().encode(lies.secret);
    return new jose.SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'the-key' }).sign(secret);
  }
  const key = lies.otherKey ? otherKeys.privateKey : keys.privateKey;
  const kid = lies.kid ?? 'the-key';
  return new jose.SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
}

async function tamper(ctx) {
  if (lies.status?.[ctx.path]) {
    ctx.status = lies.status[ctx.path];
    ctx.body = 'nobody knows why';
  } else if (lies.body?.[ctx.path] !== undefined) {
    ctx.status = 200;
    ctx.body = lies.body[ctx.path];
  } else if (ctx.path === '/.well-known/openid-configuration' && lies.configuration) {
    ctx.body = { ...ctx.body, ...lies.configuration };
  } else if (ctx.path === '/token' && ctx.status === 200) {
    const told = { ...jose.decodeJwt(ctx.body.id_token), ...lies.idToken };
    for (const name of lies.without ?? []) delete told[name];
    ctx.body = { ...ctx.body, id_token: await signed(told) };
  } else if (ctx.path === '/me' && lies.userinfo) {
    ctx.body = { ...ctx.body, ...lies.userinfo };
  }
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function page(ctx, title, form) {
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="en"><title>${title}</title><meta name="viewport" content="width=device-width"><main><h1>${title}</h1>${form}</main></html>`;
}

async function body(ctx) {
  const chunks = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function interact(ctx) {
  const [, , uid, step] = ctx.path.split('/');
  const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  const finish = (result) => provider.interactionFinished(ctx.req, ctx.res, result, {
    mergeWithLastSubmission: true,
  });
  ctx.respond = ctx.method === 'GET';
  if (ctx.method === 'GET' && prompt.name === 'login') {
    page(ctx, 'Sign in at Seller ID', `<form method="post" action="/interaction/${uid}/login"><p><label>Hint <input name="hint" readonly value="${escaped(params.login_hint ?? '')}"></label><p><label>Person <input name="person"></label><p><button>Continue</button></form><form method="post" action="/interaction/${uid}/abort"><button>Cancel</button></form>`);
  } else if (ctx.method === 'GET') {
    page(ctx, 'May Northwind Freight know you?', `<p>${escaped(params.scope)}<form method="post" action="/interaction/${uid}/confirm"><button>Allow</button></form><form method="post" action="/interaction/${uid}/abort"><button>Refuse</button></form>`);
  } else if (step === 'login') {
    const id = new URLSearchParams(await body(ctx)).get('person');
    await finish({ login: { accountId: id } });
  } else if (step === 'confirm') {
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
    if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
    await finish({ consent: { grantId: await grant.save() } });
  } else {
    await finish({ error: 'access_denied', error_description: 'The person said no' });
  }
}

provider.use(async (ctx, next) => {
  if (ctx.path === '/test' && ctx.method === 'PUT') {
    lies = JSON.parse(await body(ctx));
    fast = (lies.secondsLater ?? 0) * 1000;
    ctx.body = {};
  } else if (ctx.path.startsWith('/interaction/')) {
    await interact(ctx);
  } else {
    await next();
    await tamper(ctx);
  }
});

provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
