"""pyais: a log to a dict for each message."""

import importlib.metadata
import time

import lines
from pyais.stream import IterMessages


def measure(path, repeats):
    """Messages per second of CPU time: bytes in, dicts out."""
    with open(path, "rb") as file:
        data = file.read()
    count, began = 0, time.process_time()
    for _ in range(repeats):
        for each in IterMessages(data.splitlines()):
            try:
                each.decode().asdict()
            except Exception:  # noqa: S112 - what it cannot decode does not count
                continue
            count += 1
    return {"rate": count / (time.process_time() - began), "messages": count // repeats}


lines.serve({"version": importlib.metadata.version("pyais")}, {"measure": measure})
