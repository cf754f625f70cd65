// A service account of a project that has no identity provider.
import { MANAGEMENT } from "./requests.mjs";

const PROJECT = "tpe-api";
const ID = "my-service-account";

/** Makes the account, or a new secret for that of an earlier run: `{project, client, secret}`. */
export async function openAccount(base, admin) {
  const call = (method, path, document) => {
    const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
    return fetch(base + MANAGEMENT + path, { method, headers, body: JSON.stringify(document) });
  };
  const accounts = `/projects/${PROJECT}/service-accounts`;
  await call("PUT", `/projects/${PROJECT}`, { label: { en: "Service accounts only" } });
  let answer = await call("POST", accounts, { id: ID, label: { en: "A script" }, roles: ["access"] });
  // A secret is shown once: what an earlier run was given is replaced.
  if (answer.status === 409) answer = await call("POST", `${accounts}/${ID}/secrets`, { overlapSeconds: 0 });
  if (!answer.ok) throw new Error(`the service account cannot be made: ${await answer.text()}`);
  const { secret } = await answer.json();
  return { project: PROJECT, client: `${PROJECT}/${ID}`, secret };
}
