// As much of a browser as a login needs: cookies by host, redirects, links and forms.
import { once } from "node:events";
import { request } from "node:http";

/** A browser without cookies. */
export function openBrowser() {
  const jars = new Map();
  const jarOf = (url) => {
    const { host } = new URL(url);
    if (!jars.has(host)) jars.set(host, new Map());
    return jars.get(host);
  };

  /** Sends one request with the cookies of its host, and keeps those that are set. No redirect is followed. */
  async function send(url, { method = "GET", form, headers = {}, keepsCookies = true } = {}) {
    const jar = jarOf(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = form && new URLSearchParams(form).toString();
    const type = body && { "content-type": "application/x-www-form-urlencoded" };
    const response = await ask(url, method, body, {
      "sec-fetch-mode": "navigate",
      ...type,
      ...(cookie && { cookie }),
      ...headers,
    });
    for (const line of keepsCookies ? response.headers.getSetCookie() : []) {
      const [pair, ...attributes] = line.split(";");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const isRemoved =
        value === "" || attributes.some((it) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(it));
      if (isRemoved) jar.delete(name);
      else jar.set(name, value);
    }
    const { status } = response;
    return {
      url,
      status,
      headers: response.headers,
      location: locationOf(response, url),
      text: response.text,
    };
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

  return { send, visit, cookies: (url) => jarOf(url), cookie: (url, name) => jarOf(url).get(name) };
}

/** Sends a request as it is: `fetch` sets `Sec-Fetch-Mode` itself. */
async function ask(url, method, body, headers) {
  const sent = request(url, { method, headers, agent: false });
  sent.end(body);
  const [response] = await once(sent, "response");
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk;
  const list = Object.entries(response.headersDistinct).flatMap(([name, all]) =>
    all.map((one) => [name, one]),
  );
  return { status: response.statusCode, headers: new Headers(list), text };
}

function locationOf(response, url) {
  const location = response.headers.get("location");
  return location === null ? undefined : new URL(location, url).href;
}

/** Where a page of the gateway goes on to. */
function goingOn({ text, url }) {
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
