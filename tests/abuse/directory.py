# Fills the directory of a gateway that is stopped, in SQLite: with copies of the user and of the session that are there. Arguments: the
# folder of the storage, how many users, how many sessions.
import json
import sqlite3
import sys
from pathlib import Path

folder, users, sessions = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
(file,) = (it for it in folder.glob("objects/*DirectoryObject/*.sqlite") if it.stem != "metadata")
connection = sqlite3.connect(file)


def only(kind):
    """The row of a kind of which there is one, and the names of its terms with their values."""
    question = "SELECT id, value, expires_at FROM entry WHERE kind = ? ORDER BY revision DESC"
    id, value, expires_at = connection.execute(question, (kind,)).fetchone()
    terms = connection.execute("SELECT name, value FROM term WHERE kind = ? AND id = ?", (kind, id)).fetchall()
    return id, value, expires_at, terms


def copies(kind, count, replaced):
    """Copies of a row, with other texts in the place of some, by their number."""
    id, value, expires_at, terms = only(kind)
    for number in range(count):
        pairs = [(id, f"{id[:-6]}{number:06}"), *replaced(number)]

        def other(text):
            for old, new in pairs:
                text = text.replace(old, new)
            return text

        yield other(id), other(value), expires_at, [(name, other(text)) for name, text in terms]


user = only("user")
provider = json.loads(only("session")[1])["by"]["federation"]


def of_user(number):
    yield user[0], f"{user[0][:-6]}{number:06}"
    yield "ada@example.com", f"user{number:06}@example.com"
    # Subject and session at the provider, as terms and values have them.
    for name in ("sub", "sid"):
        yield json.dumps(provider[name]), json.dumps(f"{provider[name]}{number:06}")
        yield f"\n{provider[name]}", f"\n{provider[name]}{number:06}"


with connection:
    for kind, count in (("user", users), ("session", sessions)):
        (revision,) = connection.execute("SELECT number FROM tally WHERE name = 'revision'").fetchone()
        rows = list(copies(kind, count, of_user))
        connection.executemany(
            "INSERT INTO entry (kind, id, value, revision, expires_at) VALUES (?, ?, ?, ?, ?)",
            [(kind, id, value, revision + n + 1, until) for n, (id, value, until, _) in enumerate(rows)],
        )
        connection.executemany(
            "INSERT OR IGNORE INTO term (kind, name, value, id) VALUES (?, ?, ?, ?)",
            [(kind, name, value, id) for id, _, _, terms in rows for name, value in terms],
        )
        connection.execute("UPDATE tally SET number = number + ? WHERE name = ?", (count, kind))
        connection.execute("UPDATE tally SET number = number + ? WHERE name = 'revision'", (count,))
