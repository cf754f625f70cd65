//! A real PostgreSQL, which a test starts and stops.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs::{create_dir_all, remove_dir_all};
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A PostgreSQL in a folder, on a socket there.
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    process: Option<Child>,
    settings: Vec<&'static str>,
}

impl Postgres {
    /// Starts a new one. Without PostgreSQL there is nothing to test on: the test says so.
    pub fn start(name: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            let reason = "PostgreSQL is not installed: run `scripts/setup-postgres.sh`";
            // Not by a macro, whose output tests that pass keep to themselves.
            let _unseen = writeln!(std::io::stderr(), "SKIPPED: {reason}");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("edge-authorizer-pg-{name}-{}", std::process::id()));
        let _left_over = remove_dir_all(&folder);
        create_dir_all(&folder).unwrap();
        if is_root() {
            assert!(Command::new("chown").arg(USER).arg(&folder).status().unwrap().success());
        }
        let mut postgres = Self { folder, programs, process: None, settings: Vec::new() };
        let made = postgres
            .command("initdb")
            .args(["--auth=trust", "--username=gateway", "--no-locale", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(postgres.folder.join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        postgres.run();
        Some(postgres)
    }

    /// Starts one that may lose what it was told, for tests that kill nothing.
    pub fn start_fast(name: &str) -> Option<Self> {
        let mut postgres = Self::start(name)?;
        postgres.kill();
        postgres.settings.push("fsync=off");
        postgres.run();
        Some(postgres)
    }

    /// How to connect to it.
    pub fn url(&self) -> String {
        format!("host={} user=gateway dbname=postgres", self.folder.display())
    }

    /// Runs it until it takes connections.
    pub fn run(&mut self) {
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.folder.join("data")).arg("-k").arg(&self.folder);
        command.args(["-c", "listen_addresses=", "-c", "log_min_messages=fatal"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        self.process = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let ready = || {
            let ready =
                Command::new(self.programs.join("pg_isready")).arg("-q").arg("-h").arg(&self.folder).status();
            ready.unwrap().success()
        };
        while !ready() {
            sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once, without writing what it has in memory.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ended_before = Command::new("kill").args(["-QUIT", &process.id().to_string()]).status();
            process.wait().unwrap();
        }
    }

    /// Keeps a copy of what it has; it does not run.
    pub fn back_up(&self) {
        self.copy("data", "saved");
    }

    /// Goes back to the copy; it does not run.
    pub fn restore(&self) {
        self.copy("saved", "data");
    }

    fn copy(&self, from: &str, to: &str) {
        let _none_before = remove_dir_all(self.folder.join(to));
        let copied =
            Command::new("cp").arg("-a").args([from, to]).current_dir(&self.folder).status().unwrap();
        assert!(copied.success());
    }

    /// Has it run a statement.
    pub fn run_statement(&self, statement: &str) {
        let mut command = self.command("psql");
        command.args(["-q", "-U", "gateway", "-d", "postgres", "-c", statement, "-h"]).arg(&self.folder);
        assert!(command.stdout(Stdio::null()).status().unwrap().success(), "{statement}");
    }

    /// Begins a session that runs a statement, and then waits until the server ends it.
    pub fn hold(&self, statement: &str) -> Child {
        let mut command = self.command("psql");
        command.args([
            "-q",
            "-U",
            "gateway",
            "-d",
            "postgres",
            "-c",
            statement,
            "-c",
            "SELECT pg_sleep(600)",
        ]);
        command.arg("-h").arg(&self.folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Whether it takes connections.
    pub fn is_running(&self) -> bool {
        UnixStream::connect(self.folder.join(".s.PGSQL.5432")).is_ok()
    }

    /// One of its programs, as a user who may run it.
    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
        let _left_over = remove_dir_all(&self.folder);
    }
}

/// Whose the database is if the test runs as root, whom PostgreSQL refuses.
const USER: &str = "postgres";

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// The folder of PostgreSQL's programs: Debian has them apart, by their version.
fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    let others = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    debian.chain(others).find(|folder| has_postgres(folder))
}

fn has_postgres(folder: &Path) -> bool {
    ["postgres", "initdb", "pg_isready", "psql"].iter().all(|program| folder.join(program).is_file())
}
