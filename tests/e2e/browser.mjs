// As much of a browser as a login needs: cookies by host, redirects, links and forms.

import { send as request } from "./gateway.mjs";

/** A browser without cookies. */
export function openBrowser() {
  /** The cookies: `{host, path, name, value}`. */
  let jar = [];
  const cookiesOf = (url) => {
    const { host, pathname } = new URL(url);
    return jar.filter((cookie) => cookie.host === host && pathname.startsWith(cookie.path));
  };

  function keep(url, line) {
    const { host } = new URL(url);
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const attribute = (wanted) =>
      attributes.find((it) => it.toLowerCase().startsWith(`${wanted}=`))?.split("=")[1];
    const path = attribute("path") ?? "/";
    jar = jar.filter((cookie) => cookie.host !== host || cookie.name !== name || cookie.path !== path);
    const isOver =
      attribute("max-age") === "0" || Date.parse(attribute("expires") ?? "2999-01-01") < Date.now();
    if (value !== "" && !isOver) jar.push({ host, path, name, value });
  }

  /** Sends one request with the cookies of its host, and keeps those that are set. No redirect is followed. */
  async function send(url, { method = "GET", form, headers = {}, keepsCookies = true } = {}) {
    const cookie = cookiesOf(url)
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
    const body = form && new URLSearchParams(form).toString();
    const { pathname, search } = new URL(url);
    // What `fetch` sends says that it is no browser that navigates.
    const response = await request(url, pathname + search, {
      method,
      body,
      headers: {
        "sec-fetch-mode": "navigate",
        ...(body !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
        ...(cookie && { cookie }),
        ...headers,
      },
    });
    for (const line of keepsCookies ? (response.headers["set-cookie"] ?? []) : []) keep(url, line);
    const { status, headers: received, text } = response;
    return { url, status, headers: received, location: locationOf(received, url), text };
  }

  /** Follows redirects, and links that a page goes on to by itself, until `stop` says so or there is none. */
  async function visit(url, { stop = () => false, ...options } = {}) {
    for (let hops = 0; hops < 20; hops += 1) {
      const page = await send(url, hops ? { headers: options.headers } : options);
      const next = page.location ?? goingOn(page);
      if (next === undefined || stop(next)) return { ...page, next };
      url = next;
    }
    throw new Error(`too many redirects: ${url}`);
  }

  return { send, visit, cookie: (url, name) => cookiesOf(url).find((cookie) => cookie.name === name)?.value };
}

function locationOf({ location }, url) {
  return location === undefined ? undefined : new URL(location, url).href;
}

/** Where a page of the gateway goes on to. */
export function goingOn({ text, url }) {
  const link = /<a id="go-on" href="([^"]*)"/.exec(text)?.[1];
  return link && new URL(unescape(link), url).href;
}

const unescape = (text) =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replaceAll("&amp;", "&")
    .replaceAll("&quot;", '"');

/** Signs in at the provider's own pages as `name`, and gives the last page before `stop`. */
export async function signIn(browser, url, name, options = {}) {
  const page = await browser.visit(url, options);
  if (!page.text.includes('name="login"')) return page;
  const action = new URL(/action="([^"]*)"/.exec(page.text)[1], page.url).href;
  return browser.visit(action, {
    method: "POST",
    form: { prompt: "login", login: name, password: "x" },
    ...options,
  });
}

/** Ends the browser's session at the provider, at the provider's own pages. */
export async function endAtProvider(browser, issuer) {
  const page = await browser.visit(`${issuer}/session/end`);
  const [, action] = /action="([^"]*)"/.exec(page.text);
  const [, xsrf] = /name="xsrf" value="([^"]*)"/.exec(page.text);
  await browser.visit(new URL(action, page.url).href, { method: "POST", form: { xsrf, logout: "yes" } });
}
