// Pages of other sites: preflights, and who may call from where.
import { NO_TOKEN } from "./expectations.mjs";
import { each } from "./table.mjs";

const PREFLIGHT = {
  method: "OPTIONS",
  headers: { Origin: "https://app.example", "Access-Control-Request-Method": "GET" },
};
const preflight = (headers) => ({ ...PREFLIGHT, headers: { ...PREFLIGHT.headers, ...headers } });

export const groups = [
  {
    about: "the caller's identity, claimed with a preflight, which no origin sees",
    given: { token: null, path: "/app/{project}/x" },
    control: preflight({ "X-Author": "forged" }),
    refused: { status: 204, reaches: 0, answered: { "access-control-allow-methods": /GET/ } },
    accepted: { status: 204, reaches: 0, answered: { "access-control-allow-methods": /GET/ } },
    attacks: {
      "X-Auth-Roles": preflight({ "X-Auth-Roles": "forged" }),
      "with a token": preflight({ Authorization: "Bearer x" }),
    },
  },
  {
    about: "a page that may not call",
    given: { token: null, path: "/app/{project}/x" },
    control: PREFLIGHT,
    refused: { status: 204, reaches: 0, answered: { "access-control-allow-origin": undefined } },
    accepted: {
      status: 204,
      reaches: 0,
      answered: { "access-control-allow-origin": "https://app.example", vary: "Origin" },
    },
    attacks: each(
      {
        another: "https://evil.example",
        "its name within another's": "https://app.example.evil.example",
        "another's name within it": "https://evilapp.example",
        http: "http://app.example",
        "a port": "https://app.example:8443",
        "another case": "https://APP.example",
        "a path": "https://app.example/",
        "no origin": "null",
        everybody: "*",
        two: "https://app.example, https://evil.example",
      },
      (origin) => preflight({ Origin: origin }),
    ),
  },
  {
    about: "no preflight",
    given: { token: null, path: "/app/{project}/x" },
    control: PREFLIGHT,
    refused: NO_TOKEN,
    accepted: { status: 204, reaches: 0 },
    attacks: {
      "on a route without `cors`": { ...PREFLIGHT, path: "/api/{project}/x" },
      "by another method": { ...PREFLIGHT, method: "GET" },
      "without a page": {
        method: "OPTIONS",
        headers: { "Access-Control-Request-Method": "GET" },
      },
      "without a method": {
        method: "OPTIONS",
        headers: { Origin: "https://app.example" },
      },
    },
  },
];
