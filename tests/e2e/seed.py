# Puts projects into the storage of a gateway that is stopped: KV as miniflare keeps it on disk, and the registry's list.
# The folder of the storage is the argument; the projects' snapshots come by name, as JSON.
import json
import sqlite3
import sys
from pathlib import Path


def database(files, question):
    """The database among the files that has an answer to the question."""
    for file in files:
        connection = sqlite3.connect(file)
        try:
            if connection.execute(question).fetchone():
                return connection
        except sqlite3.OperationalError:  # It has no such table.
            pass
        connection.close()
    sys.exit(f"nothing answers {question}")


folder = Path(sys.argv[1])
projects = json.load(sys.stdin)

config = database(folder.glob("kv/*/*.sqlite"), "SELECT 1 FROM _mf_entries WHERE key = 'gateway'")
for name, snapshot in projects.items():
    (folder / "kv/CONFIG/blobs" / f"seeded-{name}").write_text(json.dumps(snapshot))
entries = [(f"project/{name}", f"seeded-{name}") for name in projects]
with config:
    config.executemany("INSERT INTO _mf_entries (key, blob_id) VALUES (?, ?)", entries)

registry = database(folder.glob("objects/*RegistryObject/*.sqlite"), "SELECT 1 FROM record WHERE name = 'gateway'")
with registry:
    registry.executemany("INSERT INTO project VALUES (?, NULL)", [(name,) for name in projects])
