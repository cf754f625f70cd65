// The management API: issuers that would make the edge fetch what it must not (SSRF).
import { bent } from "./issuer.mjs";
import { AS_OWNER, USERS } from "./managed.mjs";
import { each } from "./table.mjs";

const naming = (iss) => ({ body: { ...USERS, id: "trial", iss } });

const POST = { ...AS_OWNER, method: "POST", path: "{api}/projects/{own}/custom-idp" };
const unusable = (reason) => ({ status: 422, code: "issuer_unusable", reason });
const group = (about, refused, issuers, advisory) => ({
  about,
  advisory,
  given: POST,
  control: naming("{issuer}"),
  accepted: { status: 201, reaches: 0 },
  refused,
  attacks: each(issuers, naming),
});

const SPECIAL = unusable(/^https:[^ ]*: a private or special address$/i);
const NO_ISSUER = { status: 422, code: "document_invalid", faults: ["/iss"] };

/** Where the trap listens. */
const LOOPBACK = [
  "https://127.0.0.1:{trapPort}",
  "https://127.0.0.2:{trapPort}",
  "https://127.255.255.254:{trapPort}",
  "https://0.0.0.0:{trapPort}",
  "https://[::1]:{trapPort}",
  "https://[0:0:0:0:0:0:0:1]:{trapPort}",
  "https://[0000::0001]:{trapPort}",
  "https://[::]:{trapPort}",
  "https://[::ffff:127.0.0.1]:{trapPort}",
  "https://[::ffff:7f00:1]:{trapPort}",
  "https://[::FFFF:127.0.0.1]:{trapPort}",
  "https://[::127.0.0.1]:{trapPort}",
  "https://[64:ff9b::127.0.0.1]:{trapPort}",
  "https://[2002:7f00:1::]:{trapPort}",
  "https://[2001:0:7f00:1::]:{trapPort}",
  "https://localhost:{trapPort}",
  "https://LocalHost:{trapPort}",
  "https://localhost.:{trapPort}",
  "https://a.localhost:{trapPort}",
  "https://localhost.localdomain:{trapPort}",
  "https://ip6-localhost:{trapPort}",
  "https://127.0.0.1:{trapPort}/x/../y",
];

/** The same and others, as some parsers take them: what is no address by RFC 3986 is none here. */
const ODD = [
  "https://127.1:{trapPort}",
  "https://127.0.1:{trapPort}",
  "https://2130706433:{trapPort}",
  "https://0x7f000001:{trapPort}",
  "https://0x7F.1:{trapPort}",
  "https://0x7f.0.0.0x1:{trapPort}",
  "https://0177.0.0.1:{trapPort}",
  "https://017700000001:{trapPort}",
  "https://00000177.0.0.01:{trapPort}",
  "https://127.0.0.1.:{trapPort}",
  "https://%31%32%37.0.0.1:{trapPort}",
  "https://127%2e0%2e0%2e1:{trapPort}",
  "https://0:{trapPort}",
  "https:///127.0.0.1:{trapPort}",
  "https://0xa.1",
  "https://3232235777",
  "https://0xa9fea9fe",
];

const ELSEWHERE = [
  "https://10.0.0.1",
  "https://172.16.0.1",
  "https://172.31.255.255",
  "https://192.168.1.1",
  "https://100.64.0.1",
  "https://169.254.169.254",
  "https://[::ffff:169.254.169.254]",
  "https://[fd00:ec2::254]",
  "https://[fe80::1]",
  "https://[fec0::1]",
  "https://168.63.129.16",
  "https://100.100.100.200",
  "https://192.0.0.192",
  "https://198.18.0.1",
  "https://203.0.113.1",
  "https://224.0.0.1",
  "https://255.255.255.255",
  "https://[ff02::1]",
  "https://metadata.google.internal",
  "https://metadata",
  "https://instance-data",
  "https://router.local",
  "https://nas.home.arpa",
  "https://kubernetes.default.svc.cluster.local",
];

export const groups = [
  group("an issuer on loopback", SPECIAL, LOOPBACK, "CVE-2024-29415 (ip for Node.js), CVE-2021-29922 (Rust)"),
  group("an issuer on loopback, in another notation", NO_ISSUER, ODD),
  group("an issuer in a network of its own", SPECIAL, ELSEWHERE),
  group("an issuer without https", unusable(/: not https$/), [
    "{trap}",
    "http://localhost:{trapPort}",
    "http://[::1]:{trapPort}",
    "http://issuer.example",
  ]),
  group("an issuer beside the listed one", unusable(/: (not https|a private or special address)$/), {
    "on another port": "{trap}/",
    "on the port below": "http://127.0.0.1:1",
    "as https": "https://127.0.0.1",
  }),
  group("an issuer with user info", NO_ISSUER, [
    "https://issuer.example@127.0.0.1:{trapPort}",
    "https://issuer.example:443@127.0.0.1:{trapPort}",
    "https://127.0.0.1:{trapPort}@issuer.example",
    "https://u:p@issuer.example",
    "https://:@x:@127.0.0.1:{trapPort}",
  ]),
  group("an issuer that is no address of the web", NO_ISSUER, [
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    'data:application/json,{"issuer":"x"}',
    "javascript:alert(1)",
    "ftp://127.0.0.1:{trapPort}",
    "gopher://127.0.0.1:{trapPort}/_GET",
    "ws://127.0.0.1:{trapPort}",
    "wss://127.0.0.1:{trapPort}",
    "blob:http://127.0.0.1:{trapPort}/x",
    "view-source:http://127.0.0.1:{trapPort}",
    "https:127.0.0.1:{trapPort}",
    "https:/127.0.0.1:{trapPort}",
    "https:\\\\127.0.0.1:{trapPort}",
    "HTTPS://127.0.0.1:{trapPort}",
    "//127.0.0.1:{trapPort}",
    "/etc/passwd",
    "127.0.0.1:{trapPort}",
    "",
    "https://",
    "https://[::1",
    "https://[fe80::1%25lo]:{trapPort}",
    "https://127.0.0.1:99999",
    "https://issuer.example?@127.0.0.1:{trapPort}",
    "https://127.0.0.1:{trapPort}#@issuer.example",
    "https://127.0.0.1:{trapPort}?x=",
    "https://127\t.0.0.1:{trapPort}",
    "https://127.0.0.1\n:{trapPort}",
    "https://127.0.0.1:{trapPort}\r\nHost: x",
    " https://127.0.0.1:{trapPort}",
    "https://127。0。0。1:{trapPort}",
    "https://①②⑦.0.0.1:{trapPort}",
    "https://ⓛocalhost:{trapPort}",
    `https://127.0.0.1:{trapPort}/${"x".repeat(400)}`,
  ]),
  group(
    "a listed issuer whose configuration leads elsewhere",
    unusable(/: status 30[1-8]$/),
    each([301, 302, 303, 307, 308], (status) => bent({ status, location: "{trap}" })),
  ),
  group("a listed issuer whose keys lead elsewhere", unusable(/: status 30[1-8]$/), {
    "a redirect to loopback": bent({ keys: { status: 302, location: "{trap}" } }),
    "a redirect without a host": bent({ keys: { status: 302, location: "//127.0.0.1:{trapPort}" } }),
  }),
  group(
    "a listed issuer whose `jwks_uri` is elsewhere",
    unusable(/: (not https|carries user info|a private or special address|not an http\(s\) URL .*)$/),
    {
      "on loopback": bent({ jwks_uri: "{trap}/keys" }),
      "on loopback, by https": bent({ jwks_uri: "https://127.0.0.1:{trapPort}/keys" }),
      "on loopback, in hexadecimal": bent({ jwks_uri: "https://0x7f.1:{trapPort}/keys" }),
      "in the cloud's cellar": bent({ jwks_uri: "http://169.254.169.254/latest/meta-data" }),
      "in a file": bent({ jwks_uri: "file:///etc/passwd" }),
      "in itself": bent({ jwks_uri: 'data:application/json,{"keys":[]}' }),
      "behind user info": bent({ jwks_uri: "https://issuer.example@127.0.0.1:{trapPort}/keys" }),
      "without a scheme": bent({ jwks_uri: "//127.0.0.1:{trapPort}/keys" }),
      "beside it": bent({ jwks_uri: "/keys" }),
    },
  ),
];
