//! The built node as a process, and requests to it.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs::{create_dir_all, remove_dir_all};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

use base64ct::{Base64UrlUnpadded, Encoding};

/// The administrator's token.
pub const ADMIN: &str = "the-admin-token-of-all-the-tests-of-the-node";

/// A folder that is removed in the end, with the variables of the node that stores there.
pub struct Folder {
    path: PathBuf,
    pub variables: Vec<(&'static str, String)>,
}

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("edge-authorizer-{name}-{}", std::process::id()));
        create_dir_all(&folder).unwrap();
        Self { path: folder, variables: Vec::new() }
    }

    /// One of a node that shares a database with others.
    pub fn shared(name: &str, database_url: &str) -> Self {
        let key = |number: u8| Base64UrlUnpadded::encode_string(&[number; 32]);
        let variables = vec![
            ("DATABASE_URL", database_url.to_owned()),
            ("PUBLIC_URL", "https://gateway.example.com".to_owned()),
            ("SEALING_KEY", key(1)),
            ("EDGE_SEALING_KEY", key(2)),
        ];
        let mut folder = Self::new(name);
        folder.variables = variables;
        folder
    }

    /// Whether a file in it has these bytes.
    pub fn holds(&self, file: &str, bytes: &[u8]) -> bool {
        let content = std::fs::read(self.path.join(file)).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_over = remove_dir_all(&self.path);
    }
}

/// A node that runs.
pub struct Node {
    process: Child,
    errors: BufReader<ChildStderr>,
    pub address: SocketAddr,
}

impl Node {
    /// What starts a node that stores in a folder.
    pub fn command(folder: &Folder) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edge-authorizer"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--workers", "1", "--data-dir"]).arg(&folder.path);
        command.env_clear().env("ADMIN_TOKEN", ADMIN).envs(folder.variables.iter().cloned());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    pub fn start(folder: &Folder) -> Self {
        Self::spawn(&mut Self::command(folder))
    }

    /// Starts one by a command, and waits until it listens.
    pub fn spawn(command: &mut Command) -> Self {
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        let mut errors = BufReader::new(process.stderr.take().unwrap());
        errors.read_line(&mut line).unwrap();
        let address = line.split("://").nth(1).and_then(|rest| rest.split(". ").next());
        let address = address.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        Self { process, errors, address }
    }

    /// What a node without routes says before it waits, but for the first line.
    pub fn greeting(&mut self) -> String {
        let mut said = String::new();
        while !said.contains("There are no routes yet") {
            assert!(self.errors.read_line(&mut said).unwrap() > 0, "{said}");
        }
        said
    }

    /// What it logs, if the command has it piped.
    pub fn log(&mut self) -> ChildStdout {
        self.process.stdout.take().unwrap()
    }

    /// Ends it at once (SIGKILL).
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to end (SIGTERM), and waits until it has.
    pub fn end(&mut self) -> ExitStatus {
        self.ask_to_end();
        self.process.wait().unwrap()
    }

    /// Asks it to end (SIGTERM).
    pub fn ask_to_end(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").arg(&id).status().unwrap().success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ended_before = self.process.kill();
        let _waited_before = self.process.wait();
    }
}

/// The command by a shell that sets a limit (`ulimit`).
pub fn limited(limit: &str, command: &Command) -> Command {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", &format!("{limit}; exec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.stdout(Stdio::null()).stderr(Stdio::piped());
    limited
}

/// The status and the body of the answer to an administrator's request, if it comes.
pub fn send(address: SocketAddr, method: &str, path: &str, body: Option<&str>) -> Option<(u16, String)> {
    let (head, body) = exchange(address, method, path, body)?;
    Some((head.get(9..12)?.parse().ok()?, body))
}

/// The head and the body of the answer to an administrator's request, if it comes.
pub fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: Option<&str>,
) -> Option<(String, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let body = body.unwrap_or_default();
    let content = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {ADMIN}\r\nconnection: close\r\n\
         {content}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.to_owned(), body.to_owned()))
}
