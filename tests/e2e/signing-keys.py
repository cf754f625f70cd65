# The record of the signing keys of a gateway that is stopped, as JSON; with a number of seconds as the second argument, all its
# keys were published that much earlier. The folder of the objects is the first argument.
import json
import sqlite3
import sys
from pathlib import Path

[file] = [file for file in Path(sys.argv[1]).glob("*SigningKeysObject/*.sqlite") if file.name != "metadata.sqlite"]
database = sqlite3.connect(file)
[(text,)] = database.execute("SELECT value FROM record")
record = json.loads(text)
if len(sys.argv) > 2:
    for key in (record["keys"]["current"], record["keys"]["next"]):
        key["publishedAt"] -= float(sys.argv[2])
    with database:
        database.execute("UPDATE record SET value = ?", [json.dumps(record)])
database.close()
print(json.dumps(record))
