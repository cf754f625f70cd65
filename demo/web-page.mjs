// The page of the origin: what a browser sees behind a route of sessions. It knows who is there by the gateway's headers alone.

const escape = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The page for a request, which the gateway permitted. */
export function webPage({ url, headers }) {
  const seen = ["x-auth-subject", "x-auth-project", "x-auth-roles", "x-auth-idp", "cookie"];
  const rows = seen.map(
    (name) => `<tr><th scope="row">${name}</th><td>${escape(headers[name] ?? "–")}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>The origin's page</title>
    <style>
      :root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
      main { max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
      th { text-align: left; padding-right: 1rem }
      td { overflow-wrap: anywhere }
    </style>
  </head>
  <body>
    <main>
      <h1>The origin's page</h1>
      <p>The gateway let this browser in at <code>${escape(url)}</code>. The origin received:</p>
      <table>${rows.join("")}</table>
      <p><a href="/auth/session">Who is signed in</a> · <a href="/auth/logout">Sign out</a></p>
    </main>
  </body>
</html>
`;
}
