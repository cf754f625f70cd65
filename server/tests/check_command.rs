//! What `check` says of configurations, and that `serve` refuses the faulty ones.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod process;

use std::fs::{read_dir, write};
use std::process::Command;

use process::Folder;

/// Runs a command with a configuration file and variables: whether it succeeds, and what it says.
fn run(command: &str, folder: &Folder, file: &str, variables: &[(&str, &str)]) -> (bool, String) {
    write(folder.file("g.toml"), file).unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_edge-authorizer"));
    process.args([command, "--config", "g.toml"]).current_dir(folder.file("")).env_clear();
    let output = process.envs(variables.iter().copied()).output().unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

/// Has `check` and `serve` refuse a configuration in these words.
fn assert_refused(folder: &Folder, file: &str, variables: &[(&str, &str)], expected: &str) {
    for command in ["check", "serve"] {
        assert_eq!(run(command, folder, file, variables), (false, expected.to_owned()), "{file}");
    }
}

#[test]
fn faults_say_where_they_are_and_what_to_do() {
    let hosts = "is not a host and a port as URLs have them, in lower case: such as `keycloak.internal:8443`";
    for (file, variables, expected) in [
        (
            "insecure_issuer_hosts = \"keycloak.internal\"",
            &[][..],
            format!("g.toml: `insecure_issuer_hosts`: `keycloak.internal` {hosts}\n"),
        ),
        (
            "",
            &[("INSECURE_ISSUER_HOSTS", "a:80, http://a:80, b c")],
            format!(
                "variable `INSECURE_ISSUER_HOSTS`: `http://a:80` {hosts}\nvariable `INSECURE_ISSUER_HOSTS`: `b c` {hosts}\n"
            ),
        ),
        (
            "publik_url = \"http://localhost\"",
            &[],
            "g.toml: `publik_url`: there is no such key; did you mean `public_url`?\n".to_owned(),
        ),
        (
            "workers = 1\n\nlisten =",
            &[],
            "g.toml: line 3, column 9: string values must be quoted, expected literal string\n".to_owned(),
        ),
        ("workers = 1\nlisten", &[], "g.toml: line 2, column 7: key with no value, expected `=`\n".to_owned()),
        (
            "[secrets]\nSEALING_KEY = \"x\"",
            &[],
            "g.toml: `secrets`, `SEALING_KEY`: no origin gets this variable of the node; set it as `sealing_key` at the top level\n"
                .to_owned(),
        ),
        (
            "token_life_seconds = 5",
            &[],
            "g.toml: `token_life_seconds`: expected a whole number from 60 to 3600\n".to_owned(),
        ),
        (
            "mail_hook_url = \"https://mail.example.com\"",
            &[],
            "variable `MAIL_HOOK_SECRET`: not set, but `MAIL_HOOK_URL` needs it; `edge-authorizer keys` prints a new one\n"
                .to_owned(),
        ),
        (
            "smtp_url = \"smtp://user:geheim@mail.example.com:587\"",
            &[("MAIL_HOOK_URL", "https://mail.example.com"), ("MAIL_HOOK_SECRET", "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0")],
            "g.toml: `smtp_url`: without TLS only a server on this machine is used; write `smtps://` for TLS, or append `?tls=required` for STARTTLS\n\
             g.toml: `smtp_url`: `MAIL_HOOK_URL` is set, too; mails are handed over in one way, so unset one of the two\n\
             variable `MAIL_FROM`: not set, but `SMTP_URL` needs it: the sender of mails, such as `Example <noreply@example.com>`\n"
                .to_owned(),
        ),
        (
            "smtp_url = \"smtps://user:ge/heim@mail.example.com\"\nmail_from = \"Example\"",
            &[],
            "g.toml: `smtp_url`: expected `smtps://user:password@mail.example.com:465`, or with STARTTLS `smtp://user:password@mail.example.com:587?tls=required`; other characters than letters, digits and `-._~` in user and password are percent-encoded\n\
             g.toml: `mail_from`: expected a name and one address in ASCII, such as `Example <noreply@example.com>`\n"
                .to_owned(),
        ),
        (
            "tls_certificate = \"g.toml\"\ntls_key = \"g.toml\"",
            &[],
            "g.toml: `tls_certificate`: `g.toml` is not a list of certificates in PEM\n".to_owned(),
        ),
        (
            "authz_listen = \"0.0.0.0:8787\"\ntrusted_proxies = \"127.0.0.1\"",
            &[("LISTEN", "0.0.0.0:8787")],
            "g.toml: `authz_listen`: clients are served at `0.0.0.0:8787`; checks need another port, such as `127.0.0.1:8788`\n"
                .to_owned(),
        ),
        (
            "proxy_protocol = \"v1\"",
            &[],
            "g.toml: `proxy_protocol`: expected `v2`, the only version that is read; leave it unset if no load balancer sends it\n\
             g.toml: `proxy_protocol`: only load balancers in `TRUSTED_PROXIES` may send its headers, and that is not set\n"
                .to_owned(),
        ),
    ] {
        assert_refused(&Folder::new("faults"), file, variables, &expected);
    }
}

#[test]
fn settings_that_change_nothing_are_faults() {
    for (file, variables, expected) in [
        (
            "mail_from = \"Example\"",
            &[][..],
            "g.toml: `mail_from`: expected a name and one address in ASCII, such as `Example <noreply@example.com>`\n\
             g.toml: `mail_from`: no mails are sent: neither `SMTP_URL` nor `MAIL_HOOK_URL` is set; set one of the two, or unset this\n",
        ),
        (
            "sealing_key_previous = \"Z2VoZWltIGdlaGVpbSBnZWhlaW0gZ2VoZWltIGdlaGU\"",
            &[
                ("SEALING_KEY", "Z2VoZWltIGdlaGVpbSBnZWhlaW0gZ2VoZWltIGdlaGU"),
                ("ADMIN_TOKEN", "geheim-geheim-geheim-geheim-geheim"),
                ("ADMIN_TOKEN_PREVIOUS", "geheim-geheim-geheim-geheim-geheim"),
            ],
            "g.toml: `sealing_key_previous`: the same value as `SEALING_KEY`; expected its former one, or nothing if it is not being replaced\n\
             variable `ADMIN_TOKEN_PREVIOUS`: the same value as `ADMIN_TOKEN`; expected its former one, or nothing if it is not being replaced\n",
        ),
        (
            "https_proxy = \"http://proxy.example.com:3128\"",
            &[("NO_PROXY", "localhost, 10.0.0.0/99, ::1")],
            "variable `NO_PROXY`: `10.0.0.0/99` matches nothing; expected a name such as `internal.example.com`, without a port, an address, a network such as `10.0.0.0/8`, or `*`\n",
        ),
    ] {
        assert_refused(&Folder::new("no-effect"), file, variables, expected);
    }
}

#[test]
fn mails_by_smtp_and_headers_of_a_load_balancer_are_valid() {
    let folder = Folder::new("smtp");
    for url in
        ["smtps://user:p%2Fw@mail.example.com", "smtp://mail.example.com?tls=required", "smtp://localhost"]
    {
        let file = format!(
            "smtp_url = \"{url}\"\nmail_from = \"Example, Inc. <noreply@example.com>\"\nproxy_protocol = \"v2\"\ntrusted_proxies = \"10.0.0.0/8\""
        );
        let (is_valid, said) = run("check", &folder, &file, &[]);
        assert!(is_valid, "{said}");
    }
}

#[test]
fn a_damaged_file_of_secrets_is_a_fault() {
    for (stored, expected) in [
        (
            "SEALING_KEY = \"geheim",
            "data/secrets.toml: line 1, column 22: invalid basic string, expected `\"`\n",
        ),
        ("SEALING_KEY = 1", "data/secrets.toml: `SEALING_KEY`: expected a text\n"),
        (
            "SEALING_KEY_PREVIUS = \"geheim\"",
            "data/secrets.toml: `SEALING_KEY_PREVIUS`: expected one of `SEALING_KEY`, `EDGE_SEALING_KEY`, `ADMIN_TOKEN`, `SEALING_KEY_PREVIOUS`, `EDGE_SEALING_KEY_PREVIOUS`, `ADMIN_TOKEN_PREVIOUS`\n",
        ),
    ] {
        let folder = Folder::new("damaged-secrets");
        std::fs::create_dir(folder.file("data")).unwrap();
        write(folder.file("data/secrets.toml"), stored).unwrap();
        for command in ["check", "serve"] {
            let (is_valid, said) = run(command, &folder, "data_dir = \"data\"", &[]);
            assert_eq!((is_valid, &*said), (false, expected), "{command}");
        }
    }
}

#[test]
fn a_data_directory_that_cannot_be_made_is_a_fault() {
    let folder = Folder::new("no-directory");
    for command in ["check", "serve"] {
        let (is_valid, said) =
            run(command, &folder, "listen = \"127.0.0.1:0\"\ndata_dir = \"g.toml/data\"", &[]);
        assert!(
            !is_valid && said.contains("cannot use the data directory `g.toml/data`: "),
            "{command}: {said}"
        );
        let (is_valid, said) =
            run(command, &folder, "listen = \"127.0.0.1:0\"\ndata_dir = \"/proc/data\"", &[]);
        assert!(
            !is_valid && said.contains("cannot use the data directory `/proc/data`: "),
            "{command}: {said}"
        );
    }
}

#[test]
fn a_valid_configuration_leaves_nothing_and_says_what_is_unavailable() {
    let folder = Folder::new("valid");
    for (file, expected) in [
        ("", "Clients reach it at http://127.0.0.1:8787 (`PUBLIC_URL`).\n"),
        (
            "listen = \"0.0.0.0:8787\"\npublic_url = \"https://a.example\"",
            "Clients reach it at https://a.example (`PUBLIC_URL`).\n",
        ),
        (
            "listen = \"0.0.0.0:8787\"\ndata_dir = \"some/where\"",
            "`PUBLIC_URL` is not set: its own issuer and the login are unavailable. Set it to where clients reach the gateway.\n",
        ),
    ] {
        let (is_valid, said) = run("check", &folder, file, &[]);
        assert!(is_valid && said.ends_with(expected), "{file}: {said}");
    }
    assert_eq!(read_dir(folder.file("")).unwrap().count(), 1);
}

#[test]
fn keys_make_a_valid_configuration() {
    let keys = Command::new(env!("CARGO_BIN_EXE_edge-authorizer")).arg("keys").output().unwrap();
    let keys = String::from_utf8(keys.stdout).unwrap();
    let variables: Vec<_> = keys.lines().filter_map(|line| line.split_once('=')).collect();
    assert!(variables.iter().any(|(name, value)| *name == "MAIL_HOOK_SECRET" && value.starts_with("whsec_")));
    let folder = Folder::new("keys");
    let (is_valid, said) = run("check", &folder, "mail_hook_url = \"https://mail.example.com\"", &variables);
    assert!(is_valid, "{said}");
}
