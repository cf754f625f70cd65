# The record of a set of signing keys of a gateway that is stopped, as JSON. The arguments are the folder of the objects, the name
# of the record and, if its keys are to be published earlier, by how many seconds.
import json
import sqlite3
import sys
from pathlib import Path

files = [file for file in Path(sys.argv[1]).glob("*SigningKeysObject/*.sqlite") if file.name != "metadata.sqlite"]
for file in files:
    database = sqlite3.connect(file)
    for (text,) in database.execute("SELECT value FROM record WHERE name = ?", [sys.argv[2]]).fetchall():
        record = json.loads(text)
        if len(sys.argv) > 3:
            for key in (record["keys"]["current"], record["keys"]["next"]):
                key["publishedAt"] -= float(sys.argv[3])
            with database:
                database.execute("UPDATE record SET value = ?", [json.dumps(record)])
        print(json.dumps(record))
    database.close()
