# The record of a set of signing keys of a gateway that is stopped, as JSON. The arguments are the folder of the objects, the name
# of the record and, if its keys are to be older, `publishedAt` and by how many seconds they were published earlier, or `since`
# and for how many seconds the current one has signed.
import json
import sqlite3
import sys
import time
from pathlib import Path

files = [file for file in Path(sys.argv[1]).glob("*SigningKeysObject/*.sqlite") if file.name != "metadata.sqlite"]
for file in files:
    database = sqlite3.connect(file)
    for (text,) in database.execute("SELECT value FROM record WHERE name = ?", [sys.argv[2]]).fetchall():
        record = json.loads(text)
        if len(sys.argv) > 3:
            keys, change, seconds = record["keys"], sys.argv[3], float(sys.argv[4])
            if change == "since":
                keys["current"]["since"] = time.time() - seconds
            else:
                keys["current"]["publishedAt"] -= seconds
                keys["next"]["publishedAt"] -= seconds
            with database:
                database.execute("UPDATE record SET value = ?", [json.dumps(record)])
        print(json.dumps(record))
    database.close()
