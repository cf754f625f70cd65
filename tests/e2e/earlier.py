# Puts the storage of a gateway that is stopped back to the tables of the releases before there were records. The folder of
# the objects is the argument.
import json
import sqlite3
import sys
from pathlib import Path

PROJECT = """
CREATE TABLE project (
    id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, present INTEGER NOT NULL,
    version INTEGER NOT NULL, published INTEGER NOT NULL, label TEXT, distrusted TEXT NOT NULL DEFAULT '[]',
    first_entry INTEGER NOT NULL DEFAULT 0);
CREATE TABLE idp (position INTEGER PRIMARY KEY, entry TEXT NOT NULL);
CREATE TABLE issuer (
    iss TEXT PRIMARY KEY, told INTEGER NOT NULL DEFAULT 1, since REAL NOT NULL DEFAULT 0,
    refreshed REAL NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE probe (iss TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
DROP TABLE spent;
DELETE FROM migration WHERE number > 6;
"""
ISSUER = """
CREATE TABLE issuer (id INTEGER PRIMARY KEY CHECK (id = 1), kept TEXT NOT NULL);
DELETE FROM migration WHERE number > 1;
"""
REGISTRY = """
CREATE TABLE gateway (
    id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL,
    version INTEGER NOT NULL, published INTEGER NOT NULL);
DELETE FROM migration WHERE number > 3;
"""


def text(value):
    return None if value is None else json.dumps(value, ensure_ascii=False)


def project(database, name, record, first_entry):
    row = [name, record["exists"], record["version"], record["published"], text(record["label"])]
    row += [text(record["distrustedKeys"]), first_entry]
    database.execute("INSERT INTO project VALUES (1, ?, ?, ?, ?, ?, ?, ?)", row)
    idps = enumerate(map(text, record["idps"]))
    database.executemany("INSERT INTO idp VALUES (?, ?)", idps)
    issuers = [[issuer[key] for key in ("iss", "registered", "since", "refreshed")] for issuer in record["issuers"]]
    database.executemany("INSERT INTO issuer VALUES (?, ?, ?, ?)", issuers)
    looks = [(look["iss"], look["at"]) for look in record["looks"]]
    database.executemany("INSERT INTO probe VALUES (?, ?)", looks)


def issuer(database, name, record, first_entry):
    kept = {key: record[key] for key in ("issuer", "life", "record", "is_published")}
    database.execute("INSERT INTO issuer VALUES (1, ?)", [text(kept)])


def registry(database, name, record, first_entry):
    row = [text(record["document"]), record["version"], record["published"]]
    database.execute("INSERT INTO gateway VALUES (1, ?, ?, ?)", row)


kinds = {"ProjectObject": (PROJECT, project), "IssuerObject": (ISSUER, issuer), "RegistryObject": (REGISTRY, registry)}
count = 0
for kind, (tables, fill) in kinds.items():
    for file in Path(sys.argv[1]).glob(f"*{kind}/*.sqlite"):
        database = sqlite3.connect(file)
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'record'").fetchone():
            continue
        with database:
            row = database.execute("SELECT name, value, first_entry FROM record").fetchone()
            database.executescript(tables)
            if row:
                name, value, first_entry = row
                fill(database, name, json.loads(value), first_entry)
                count += 1
            database.execute("DROP TABLE record")
        database.close()
print(count)
