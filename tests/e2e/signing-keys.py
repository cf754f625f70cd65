# The record of a set of signing keys of a gateway that is stopped, as JSON. The arguments are the folder of its storage, the name
# of the record and, if its keys are to be older, `publishedAt` and by how many seconds they were published earlier, or `since`
# and for how many seconds the current one has signed.
import json
import sqlite3
import sys
import time
from pathlib import Path

folder, name = Path(sys.argv[1]), sys.argv[2]
objects = [file for file in folder.glob("objects/*SigningKeysObject/*.sqlite") if file.name != "metadata.sqlite"]
# An object has one record; a node has all in one database.
places = [(file, "name", name) for file in objects] + [
    (file, "key", f"keys/{name}") for file in folder.glob("gateway.db")
]
for file, column, name in places:
    database = sqlite3.connect(file)
    for (text,) in database.execute(f"SELECT value FROM record WHERE {column} = ?", [name]).fetchall():
        record = json.loads(text)
        if len(sys.argv) > 3:
            keys, change, seconds = record["keys"], sys.argv[3], float(sys.argv[4])
            if change == "since":
                keys["current"]["since"] = time.time() - seconds
            else:
                keys["current"]["publishedAt"] -= seconds
                keys["next"]["publishedAt"] -= seconds
            with database:
                database.execute(f"UPDATE record SET value = ? WHERE {column} = ?", [json.dumps(record), name])
        print(json.dumps(record))
    database.close()
