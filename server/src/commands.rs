//! What the commands do. An error is a text for people.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};
use std::process::exit;

use server::configuration::{
    Configuration, Flags, IgnoredSecret, SECRETS_FILE, Variables, new_mail_hook_secret, new_secret,
};
use server::{Running, start};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::options::Options;

/// Where administrators write the routes.
const ROUTES: &str = "/project-management-service/v1/gateway";

type Done = Result<(), String>;

/// Serves until the process is asked to end.
pub fn serve(options: &Options) -> Done {
    let configuration = configuration(options)?;
    let secrets = configuration.data_dir.join(SECRETS_FILE);
    let running = start(configuration).map_err(|error| error.to_string())?;
    greet(&running, &secrets.display().to_string());
    wait_for_end().map_err(|error| error.to_string())?;
    running.stop();
    Ok(())
}

/// Checks the configuration.
pub fn check(options: &Options) -> Done {
    let mut configuration = configuration(options)?;
    server::probe(&configuration.data_dir).map_err(|error| error.to_string())?;
    for IgnoredSecret { name, reason } in &configuration.ignored_secrets {
        eprintln!("warning: `{name}`: {reason}");
    }
    eprintln!("the configuration is valid; it listens on {}", configuration.listen);
    let scheme = if configuration.certificate.is_some() { "https" } else { "http" };
    configuration.variables.set_public_url(scheme, configuration.listen);
    say_public_url(&configuration.variables);
    Ok(())
}

/// Brings the database to this release's schema.
pub fn migrate(options: &Options) -> Done {
    let version = server::migrate(&configuration(options)?).map_err(|error| error.to_string())?;
    eprintln!("the schema of the database has version {version}");
    Ok(())
}

/// Prints the description of the API.
pub fn openapi() -> Done {
    print(server::openapi())
}

/// Prints new secrets.
pub fn keys() -> Done {
    let lines =
        ["SEALING_KEY", "EDGE_SEALING_KEY", "ADMIN_TOKEN"].map(|name| format!("{name}={}\n", new_secret()));
    let mail_hook = format!("MAIL_HOOK_SECRET={}\n", new_mail_hook_secret());
    print([&lines.concat(), &*mail_hook].concat().as_bytes())
}

/// Prints to standard output. A reader that has read enough, such as `head`, is no error.
pub fn print(text: &[u8]) -> Done {
    match stdout().lock().write_all(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// Reads the configuration that options name.
pub fn configuration(options: &Options) -> Result<Configuration, String> {
    let Options { config, listen, data_dir, workers } = options;
    let flags = [("LISTEN", listen), ("DATA_DIR", data_dir), ("WORKERS", workers)];
    let flags: Flags = flags.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
    let file = config.as_ref().map(|path| {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read `{name}`: {error}"));
        text.map(|text| (name, text))
    });
    let file = file.transpose()?;
    let file = file.as_ref().map(|(name, text)| (&**name, &**text));
    Configuration::read(flags, environment().collect(), file).map_err(|faults| faults.to_string())
}

/// The variables of the environment. A name or value that is not UTF-8 is none of the gateway's.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Says where the gateway is, the administrator's token if it was made just now, and where the first administrator begins.
fn greet(running: &Running, secrets: &str) {
    let url = format!("{}://{}", running.scheme, running.address);
    eprintln!("The gateway listens on {url}. The inspector is at {url}/inspector/.");
    say_public_url(&running.node.variables);
    if let Some(address) = running.checks_address {
        eprintln!("Proxies in `TRUSTED_PROXIES` ask for decisions at http://{address} (`AUTHZ_LISTEN`).");
    }
    match &running.new_admin_token {
        // Otherwise it would be in a journal or the log of a container.
        Some(token) if stderr().is_terminal() => {
            eprintln!(
                "The administrator's token, which is shown once and stored in {secrets}:\n\n    {token}\n"
            );
        }
        Some(_) => eprintln!("The administrator's token is new: it is `ADMIN_TOKEN` in {secrets}."),
        None => {}
    }
    if let Some(link) = running.setup_link() {
        eprintln!(
            "There are no users yet. The first administrator begins here, once, within 24 hours:\n\n    {link}\n"
        );
    }
    if !running.has_routes() {
        eprintln!(
            "There are no routes yet, and requests are answered 503 until there are: `PUT {url}{ROUTES}`."
        );
    }
}

fn say_public_url(variables: &Variables) {
    match variables.get("PUBLIC_URL") {
        Some(public_url) => eprintln!("Clients reach it at {public_url} (`PUBLIC_URL`)."),
        None => eprintln!(
            "`PUBLIC_URL` is not set: its own issuer and the login are unavailable. Set it to where clients reach the gateway."
        ),
    }
}

/// Waits until the process is asked to end. If it is asked again, it ends at once.
fn wait_for_end() -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (mut terminate, mut interrupt) = runtime.block_on(async {
        Ok::<_, std::io::Error>((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?))
    })?;
    let mut wait = move || {
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
    };
    wait();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        wait();
        exit(1);
    })?;
    Ok(())
}
