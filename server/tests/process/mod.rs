//! The built node as a process, and requests to it.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs::{create_dir_all, remove_dir_all};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// The administrator's token.
pub const ADMIN: &str = "the-admin-token-of-all-the-tests-of-the-node";

/// A folder that is removed in the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("edge-authorizer-{name}-{}", std::process::id()));
        create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_over = remove_dir_all(&self.0);
    }
}

/// A node that runs.
pub struct Node {
    process: Child,
    pub address: SocketAddr,
}

impl Node {
    /// What starts a node that stores in a folder.
    pub fn command(folder: &Folder) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edge-authorizer"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--workers", "1", "--data-dir"]).arg(&folder.0);
        command.env_clear().env("ADMIN_TOKEN", ADMIN).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    pub fn start(folder: &Folder) -> Self {
        Self::spawn(&mut Self::command(folder))
    }

    /// Starts one by a command, and waits until it listens.
    pub fn spawn(command: &mut Command) -> Self {
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("://").nth(1).and_then(|rest| rest.split(". ").next());
        let address = address.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        Self { process, address }
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
        let id = self.process.id().to_string();
        assert!(Command::new("kill").arg(&id).status().unwrap().success());
        self.process.wait().unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ended_before = self.process.kill();
        let _waited_before = self.process.wait();
    }
}

/// The status and the body of the answer to an administrator's request, if it comes.
pub fn send(address: SocketAddr, method: &str, path: &str, body: Option<&str>) -> Option<(u16, String)> {
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
    Some((head.get(9..12)?.parse().ok()?, body.to_owned()))
}
