# Prints what the storage of a gateway that is stopped has: each value of each table, and then each file as it is on disk, where what was
# deleted may still be. The folder of the storage is the argument.
import sqlite3
import sys
from pathlib import Path


def values(file):
    """The values of a database, as bytes. A value that is longer than a page is in one piece here, unlike in the file."""
    with sqlite3.connect(file) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table.decode()}"'):
                yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)


files = sorted(file for file in Path(sys.argv[1]).rglob("*") if file.is_file())
raw = [file.read_bytes() for file in files]
for file in files:
    if file.suffix in (".sqlite", ".db"):
        sys.stdout.buffer.write(b"\n".join(values(file)) + b"\n")
sys.stdout.buffer.write(b"\n".join(raw))
