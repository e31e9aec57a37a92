"""What the peer scripts share: one JSON line in, one JSON line out (see bench/peer.py)."""

import json
import sys


def answer(value):
    """Write one line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def serve(hello, operations):
    """Say `hello`, then answer requests by `operations[do](**rest)` until input ends."""
    answer(hello)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(operations[request.pop("do")](**request))
        except Exception as problem:
            answer({"error": f"{type(problem).__name__}: {problem}"})
