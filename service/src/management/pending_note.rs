//! Entries of audit logs that are written with a change of the directory: the logs are stored elsewhere, and no transaction spans
//! both. So an entry is a row of the directory first, in the commit of the change, and is moved into its log afterwards: at once, or,
//! if that fails, before the log is read. Into the log of a project whose record is elsewhere, that moves it. An entry may be moved twice; its author has the id of the request.

use edge_authorizer::{ProjectId, Unavailable};
use serde::{Deserialize, Serialize};

use super::call::Call;
use crate::directory::{CommitFailure, Entry, Rows, Stored, added, check_format};
use crate::host::{AuditNote, Clock, ControlHost, Entropy, Failure, Key, Kind, RowChange, Term, TermName};
use crate::records::failed;

/// The format in which this release writes it, and the newest that it reads.
const FORMAT: u32 = 1;

/// For how long only one request moves an entry, in seconds.
const CLAIM: f64 = 30.0;

/// How many entries are moved at a time.
const BATCH: u32 = 50;

/// An entry that is not in its log yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PendingNote {
    format: u32,
    /// Whose log it is for: a project, or the platform.
    project: String,
    entry: String,
    /// Until when one request moves it, and others do not.
    claimed_until: f64,
}

impl Entry for PendingNote {
    const KIND: Kind = Kind::AuditNote;

    fn read(text: &str) -> Result<Self, Failure> {
        let note: Self = serde_json::from_slice(text.as_bytes()).map_err(Failure::new)?;
        check_format(note.format, FORMAT)?;
        Ok(note)
    }

    fn terms(&self) -> Vec<Term> {
        vec![Term::new(TermName::Project, &*self.project)]
    }
}

/// Moves the entries of a project's log that wait into it, where its record is.
pub async fn move_notes<H: ControlHost>(host: &H, project: &ProjectId) -> Result<(), Unavailable> {
    let (rows, now) = (Rows(host), host.now().as_seconds());
    for note in rows.having::<PendingNote>(TermName::Project, project.as_str(), None, BATCH).await? {
        if now < note.value.claimed_until {
            continue;
        }
        let claimed = PendingNote { claimed_until: now + CLAIM, ..note.value.clone() };
        match rows.commit(&[note.replaced_by(&claimed)]).await {
            Ok(()) => move_note(host, &note.id).await,
            // Another request moves it.
            Err(CommitFailure::Conflict) => {}
            Err(_) => return Err(Unavailable),
        }
    }
    Ok(())
}

/// Moves an entry that was committed into its log. Where that fails, it stays for later: the change is made.
async fn move_note<H: ControlHost>(host: &H, id: &str) {
    if let Ok(Some(note)) = Rows(host).load::<PendingNote>(id).await {
        let _later = finish(host, &note).await;
    }
}

async fn finish<H: ControlHost>(host: &H, note: &Stored<PendingNote>) -> Result<(), Unavailable> {
    let key = Key::Project(ProjectId::try_from(&*note.value.project).map_err(|_| Unavailable)?);
    let entry = AuditNote { entry: note.value.entry.clone(), is_refusal: false, begins: false };
    host.append(&key, entry).await.map_err(|failure| failed(host, &key, &failure))?;
    Rows(host).commit(&[note.removed()]).await.map_err(|_| Unavailable)
}

/// The change that writes an entry for the log of a project or the platform; and its id. Until a time one request moves it, if it has one.
pub fn waiting<H: Clock + Entropy>(
    host: &H,
    project: &ProjectId,
    note: &AuditNote,
    claimed_until: f64,
) -> (String, RowChange) {
    let (project, entry) = (project.as_str().to_owned(), note.entry.clone());
    let pending = PendingNote { format: FORMAT, project, entry, claimed_until };
    // In the order of their ids they are in that of time.
    let id = format!("{:017.3}-{}", host.now().as_seconds(), host.new_id());
    let write = added(&id, &pending);
    (id, write)
}

impl<H: ControlHost> Call<'_, H> {
    /// The change that writes an entry, to be committed with what it is about; and its id, by which it is moved then.
    pub fn pending(&self, project: &ProjectId, note: &AuditNote) -> (String, RowChange) {
        waiting(self.host, project, note, self.host.now().as_seconds() + CLAIM)
    }

    /// The same for the log of a project whose record is elsewhere, and which moves it there.
    pub fn pending_elsewhere(&self, project: &ProjectId, note: &AuditNote) -> RowChange {
        waiting(self.host, project, note, 0.0).1
    }

    /// Moves an entry that was committed into its log.
    pub async fn move_note(&self, id: &str) {
        move_note(self.host, id).await;
    }

    /// The key whose log may have entries that stayed.
    pub async fn settle_log(&self, key: &Key) -> Result<(), Unavailable> {
        match key {
            Key::Project(project) => move_notes(self.host, project).await,
            _ => Ok(()),
        }
    }
}
