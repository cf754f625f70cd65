// The vectors of tests/vectors/, put into the page by hand. tests/vectors.rs and tests/e2e/vectors.test.mjs run the same.
import { describe, test } from "node:test";
import { allVectors, assertExplained, authorizationOf, keysOf, revocationsOf } from "../e2e/vectors.mjs";
import { inspectorFixture } from "./fixture.mjs";

for (const [file, vectors] of allVectors()) {
  describe(file, () => {
    const inspector = inspectorFixture(
      { permissions: ["clipboard-read", "clipboard-write"] },
      { once: true },
    );

    for (const vector of vectors.cases) {
      test(vector.name, async () => {
        const authorization = await authorizationOf(vectors, vector);
        await put(inspector, vectors, vector, authorization ?? "");
        if (authorization === undefined)
          return inspector.page.getByText(withoutToken(vector.expect)).waitFor();
        assertExplained(await explanation(inspector.page), vector.expect);
      });
    }
  });
}

/** There is nothing to paste, and the page says what comes of that. */
const withoutToken = ({ status, code }) =>
  code ? `A request without a token gets ${status} ${code}.` : "A request without a token passes.";

async function put(inspector, vectors, { path, method = "GET" }, pasted) {
  const { page } = inspector;
  await page.getByRole("button", { name: "Clear" }).click();
  await inspector.tab("Token");
  await inspector.field("Access token").fill(pasted);
  const { iss } = claimsOf(pasted);
  const project = Object.keys(vectors.projects).find((name) => path.includes(`/${name}/`));
  await inspector.tab("Keys");
  await inspector.field("Key set, JWK or PEM").fill(JSON.stringify({ keys: keysOf(vectors, iss) ?? [] }));
  await inspector.tab("Request");
  await inspector.field("Project").fill(project ?? "none");
  await page.getByLabel("Method").selectOption(method);
  await inspector.field("Path").fill(path);
  const routes = { origins: { insights: { url: "http://127.0.0.1:9000" } }, routes: vectors.routes };
  await inspector.field("Routes").fill(JSON.stringify(routes));
  await inspector.tab("Providers");
  const revocations = new Map(revocationsOf(vectors)).get(project);
  await inspector.field("Revocations").fill(revocations ? JSON.stringify(revocations) : "");
  // A project that does not exist has no entries.
  if (project === undefined) return inspector.field("The project’s entries").fill("[]");
  await page.getByRole("button", { name: "Add an entry" }).click();
  await inspector.field("As JSON").fill(JSON.stringify(vectors.projects[project]));
}

function claimsOf(pasted) {
  try {
    return JSON.parse(Buffer.from(pasted.split(".")[1], "base64url"));
  } catch {
    return {};
  }
}

/** The explanation that the page copies, as soon as it is worked out. */
async function explanation(page) {
  await page.locator(".verdict[aria-busy=false] .headline").waitFor();
  await page.getByRole("button", { name: "Copy as JSON" }).click();
  await page.getByText("Copied", { exact: true }).waitFor();
  return JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
}
