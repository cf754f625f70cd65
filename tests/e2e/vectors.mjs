// The vectors of tests/vectors/ as requests of now.
import { readdirSync, readFileSync } from "node:fs";
import { merge, publicJwk, sign } from "./tokens.mjs";

const FOLDER = new URL("../vectors/", import.meta.url);

/** All files, by their names. */
export const allVectors = () =>
  readdirSync(FOLDER).map((file) => [file, JSON.parse(readFileSync(new URL(file, FOLDER)))]);

/** The keys of an issuer, where the vectors have some. */
export const keysOf = ({ keys }, issuer) =>
  keys[issuer]?.map((key) => (typeof key === "string" ? publicJwk(key) : key));

/** The value of the `Authorization` header, where there is one. */
export async function authorizationOf({ token, now }, vector) {
  if (vector.authorization !== undefined || vector.token === null) return vector.authorization;
  const { alg = token.alg, key = token.key, kid = key, header } = vector.sign ?? {};
  const claims = merge(token.claims, vector.claims);
  // The vectors have a time of their own; here it is now.
  const shift = Math.floor(Date.now() / 1000) - now;
  for (const name of ["exp", "iat", "nbf"]) if (typeof claims[name] === "number") claims[name] += shift;
  const jws = await sign(key, merge({ alg, kid, typ: "JWT", ...token.header }, header), claims);
  return `Bearer ${jws}`;
}
