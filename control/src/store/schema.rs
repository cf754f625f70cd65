//! The tables of objects, and the steps by which they came to be. Each step runs once, in order.
//!
//! An object's record is one row of JSON; `revision` grows with each commit. Steps before `RECORD_OF_…` made the tables of
//! earlier releases, from which these make the record.

/// The steps of one class.
pub type Steps = &'static [&'static str];

const AUDIT: &str =
    "CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, entry TEXT NOT NULL);";

/// `total` is what the entries of the same kind cost up to this one.
const AUDIT_BOUNDS: &str = "
    ALTER TABLE audit ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE audit ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX audit_at ON audit (at);
    CREATE INDEX audit_total ON audit (refused, total);
";

/// `first_entry` is the audit entry with which the project was made the last time: those before it are of a former project.
const RECORD: &str = "
    CREATE TABLE record (
        id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, value TEXT NOT NULL,
        revision INTEGER NOT NULL, first_entry INTEGER NOT NULL DEFAULT 0);
";

/// The steps of a project's object.
pub const PROJECT_STEPS: Steps = &[
    "
    CREATE TABLE project (
        id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, present INTEGER NOT NULL,
        version INTEGER NOT NULL, published INTEGER NOT NULL, label TEXT);
    CREATE TABLE idp (position INTEGER PRIMARY KEY, entry TEXT NOT NULL);
    CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, entry TEXT NOT NULL);
",
    "
    ALTER TABLE project ADD COLUMN distrusted TEXT NOT NULL DEFAULT '[]';
    CREATE TABLE issuer (iss TEXT PRIMARY KEY) WITHOUT ROWID;
",
    AUDIT_BOUNDS,
    "CREATE TABLE probe (iss TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;",
    "
    ALTER TABLE project ADD COLUMN first_entry INTEGER NOT NULL DEFAULT 0;
    UPDATE project SET first_entry = (
        SELECT COALESCE(MAX(number), 0) FROM audit
        WHERE json_extract(entry, '$.change.put_project') IS NOT NULL
        AND json_extract(entry, '$.outcome.after') IS NOT NULL
        AND json_extract(entry, '$.outcome.before') IS NULL);
",
    "
    ALTER TABLE issuer ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE issuer ADD COLUMN since REAL NOT NULL DEFAULT 0;
    ALTER TABLE issuer ADD COLUMN refreshed REAL NOT NULL DEFAULT 0;
    UPDATE issuer SET since = unixepoch();
",
    RECORD,
    RECORD_OF_PROJECT,
    SPENT,
];

/// `id` is that of a message that was used, which is remembered until `until`.
const SPENT: &str = "
    CREATE TABLE spent (id TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
    CREATE INDEX spent_until ON spent (until);
";

const RECORD_OF_PROJECT: &str = "
    INSERT INTO record SELECT 1, name, json_object(
        'format', 1, 'exists', json(iif(present, 'true', 'false')), 'version', version, 'published', published,
        'label', json(label), 'distrustedKeys', json(distrusted),
        'idps', (SELECT json_group_array(json(entry) ORDER BY position) FROM idp),
        'issuers', (SELECT json_group_array(json_object(
            'iss', iss, 'registered', json(iif(told, 'true', 'false')), 'since', since, 'refreshed', refreshed)) FROM issuer),
        'looks', (SELECT json_group_array(json_object('iss', iss, 'at', at) ORDER BY at) FROM probe)),
        CAST(unixepoch('subsec') * 1000 AS INTEGER), first_entry FROM project;
    DROP TABLE project;
    DROP TABLE idp;
    DROP TABLE issuer;
    DROP TABLE probe;
";

/// The steps of an issuer's object. `project` has the projects that are registered.
pub const ISSUER_STEPS: Steps = &[
    "
    CREATE TABLE issuer (id INTEGER PRIMARY KEY CHECK (id = 1), kept TEXT NOT NULL);
    CREATE TABLE project (id TEXT PRIMARY KEY) WITHOUT ROWID;
",
    RECORD,
    "
    INSERT INTO record SELECT 1, json_extract(kept, '$.issuer'), kept,
        CAST(unixepoch('subsec') * 1000 AS INTEGER), 0 FROM issuer;
    DROP TABLE issuer;
",
];

/// The steps of the registry's object. `project` has the list of projects.
pub const REGISTRY_STEPS: Steps = &[
    "
    CREATE TABLE gateway (
        id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL,
        version INTEGER NOT NULL, published INTEGER NOT NULL);
    CREATE TABLE project (id TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID;
",
    AUDIT,
    AUDIT_BOUNDS,
    RECORD,
    "
    INSERT INTO record SELECT 1, 'gateway', json_object(
        'format', 1, 'document', json(document), 'version', version, 'published', published),
        CAST(unixepoch('subsec') * 1000 AS INTEGER), 0 FROM gateway;
    DROP TABLE gateway;
",
];

/// The steps of the object of signing keys.
pub const SIGNING_KEYS_STEPS: Steps = &[RECORD, AUDIT, AUDIT_BOUNDS];

/// The steps of the directory's object. `tally` has how many rows there are of each kind, because counting reads them all, and
/// the last revision.
pub const DIRECTORY_STEPS: Steps = &["
    CREATE TABLE entry (
        kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL, expires_at REAL,
        PRIMARY KEY (kind, id)) WITHOUT ROWID;
    CREATE INDEX entry_expiry ON entry (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE term (
        kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
        PRIMARY KEY (kind, name, value, id)) WITHOUT ROWID;
    CREATE INDEX term_row ON term (kind, id);
    CREATE TABLE tally (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"];
