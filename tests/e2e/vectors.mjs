// The vectors of tests/vectors/ as requests of now.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { keyRecord, merge, publicJwk, sign } from "./tokens.mjs";

const FOLDER = new URL("../vectors/", import.meta.url);

/** All files, by their names. */
export const allVectors = () =>
  readdirSync(FOLDER).map((file) => [file, JSON.parse(readFileSync(new URL(file, FOLDER)))]);

/** The keys of an issuer, where the vectors have some. */
export const keysOf = ({ keys }, issuer) =>
  keys[issuer]?.map((key) => (typeof key === "string" ? publicJwk(key) : key));

/** When the tests began, in seconds. */
const BEGAN = Math.floor(Date.now() / 1000);

/** The revocations of each project, which were as long ago as they are for the vectors. */
export const revocationsOf = ({ revocations = {}, now }) =>
  Object.entries(revocations).map(([project, list]) => [
    project,
    list.map(({ issuedBefore, ...named }) => ({ ...named, issuedBefore: issuedBefore - now + BEGAN })),
  ]);

/** The value of the `Authorization` header, where there is one. */
export async function authorizationOf({ token, now, revocations }, vector) {
  if (vector.authorization !== undefined || vector.token === null) return vector.authorization;
  const { alg = token.alg, key = token.key, kid = key, header } = vector.sign ?? {};
  const claims = merge(token.claims, vector.claims);
  // The vectors have a time of their own; here it is now, or that of their revocations, to the second.
  const shift = (revocations ? BEGAN : Math.floor(Date.now() / 1000)) - now;
  for (const name of ["exp", "iat", "nbf"]) if (typeof claims[name] === "number") claims[name] += shift;
  const jws = await sign(key, merge({ alg, kid, typ: "JWT", ...token.header }, header), claims);
  return `Bearer ${jws}`;
}

/** Holds an explanation against what a vector expects, the steps of its trace in their order. */
export function assertExplained(explanation, expect) {
  const text = JSON.stringify(explanation, null, 2);
  assert.equal(explanation.status, expect.status, text);
  assert.equal(explanation.code, expect.code ?? null, text);
  for (const member of ["idp", "subject", "roles"]) {
    if (expect[member]) assert.deepEqual(explanation[member], expect[member], text);
  }
  const steps = explanation.trace[Symbol.iterator]();
  for (const expected of expect.trace ?? []) {
    const isExpected = (step) =>
      Object.entries(expected).every(([name, value]) => isDeepStrictEqual(step[name], value));
    let found = steps.next();
    while (!found.done && !isExpected(found.value)) found = steps.next();
    assert.ok(!found.done, `no ${JSON.stringify(expected)} in ${text}`);
  }
}

/** The key sets of all issuers that entries name, as KV has them; where the vectors have none, it is some other's. */
export function keyRecordsOf(vectors) {
  const named = Object.values(vectors.projects).flatMap((entries) => entries.map(({ iss }) => iss));
  const issuers = new Set([...Object.keys(vectors.keys), ...named]);
  const record = (issuer) => keyRecord(keysOf(vectors, issuer) ?? [publicJwk("ec521-1")]);
  return Object.fromEntries([...issuers].map((issuer) => [issuer, record(issuer)]));
}

/** Routes and projects as they are published. */
export function publishedOf({ routes, projects, ...vectors }, originUrl) {
  const revocations = Object.fromEntries(revocationsOf(vectors));
  const snapshots = Object.entries(projects).map(([project, idps]) => [
    `project/${project}`,
    { version: 1, idps, revocations: revocations[project] },
  ]);
  return { gateway: { origins: { insights: { url: originUrl } }, routes }, ...Object.fromEntries(snapshots) };
}
