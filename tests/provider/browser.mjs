// A browser with a person before it: follows redirects, keeps cookies, fills in the provider's
// forms as `LOGIN`. What it is told to open comes last in its arguments.
//
//   browser.mjs URL                            a sign-in that ends on a loopback address
//   browser.mjs device URL CODE                types a device code, and allows it
//
// JAR=FILE   keeps the cookies there, as the browser of one person does
// REFUSE=1   the person does not want to
// TAMPER=…   changes the answer on its way: a JSON object of query parameters, null takes one out

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { argv, env } from 'node:process';

const kept = env.JAR && existsSync(env.JAR) ? JSON.parse(readFileSync(env.JAR)) : [];
const jar = new Map(kept);

async function visit(url, form) {
  const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
  const post = form && { method: 'POST', body: new URLSearchParams(form) };
  const answer = await fetch(url, { redirect: 'manual', headers, ...post });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
    if (value) jar.set(name, value);
    else jar.delete(name);
  }
  if (env.JAR) writeFileSync(env.JAR, JSON.stringify([...jar]));
  return answer;
}

const attribute = (tag, name) => new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&');

/// The fields of the page's form, filled in.
function filled(html, code) {
  const fields = {};
  for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name && attribute(tag, 'type') !== 'submit') fields[name] = attribute(tag, 'value') ?? '';
  }
  if ('login' in fields) {
    console.log('asked for the password');
    Object.assign(fields, { login: env.LOGIN, password: 'any' });
  }
  if ('user_code' in fields && code) fields.user_code = code;
  return fields;
}

const device = argv[2] === 'device';
let url = device ? argv[3] : argv.at(-1);
let answer = await visit(url);
for (let step = 0; step < 30; step += 1) {
  if (answer.status >= 300 && answer.status < 400) {
    url = new URL(answer.headers.get('location'), url).href;
    if (url.startsWith('http:')) {
      const back = new URL(url);
      for (const [name, value] of Object.entries(JSON.parse(env.TAMPER ?? '{}'))) {
        if (value === null) back.searchParams.delete(name);
        else back.searchParams.set(name, value);
      }
      // A browser asks for an icon too.
      await fetch(new URL('/favicon.ico', back)).catch(() => {});
      const page = await fetch(back);
      console.log(page.status, await page.text());
      break;
    }
    answer = await visit(url);
    continue;
  }
  const html = await answer.text();
  const form = /<form[^>]*>/.exec(html)?.[0];
  const signedIn = !html.includes('name="login"');
  if (!form || answer.status >= 400) {
    console.log(answer.status, html);
    break;
  }
  if (env.REFUSE && signedIn && !device) {
    url = new URL(attribute(/<a [^>]*abort[^>]*>/.exec(html)[0], 'href'), url).href;
    answer = await visit(url);
    continue;
  }
  const fields = filled(html, argv[4]);
  if (env.REFUSE && html.includes('name="abort"')) fields.abort = 'yes';
  url = new URL(attribute(form, 'action'), url).href;
  answer = await visit(url, fields);
}
