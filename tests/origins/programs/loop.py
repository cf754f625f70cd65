"""Verifies each line with the verifier of the document. A line `later N` moves the clock by which keys age N seconds."""

import sys
import time

sys.path.insert(0, sys.argv[1])
from verifier import verify_assertion  # noqa: E402

monotonic = time.monotonic
shift = 0.0
time.monotonic = lambda: monotonic() + shift

for line in sys.stdin:
    line = line.rstrip("\n")
    if line.startswith("later "):
        shift += float(line.split(" ")[1])
        continue
    try:
        print("accepted", verify_assertion(line)["sub"], flush=True)
    except Exception as error:
        print("refused", repr(error).replace("\n", " "), flush=True)
