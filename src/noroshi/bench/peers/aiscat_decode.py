"""aiscat, the C++ core of AIS-catcher: a log to a dict for each message."""

import importlib.metadata
import time

import aiscat
import lines

CHUNK = 1 << 16


def measure(path, repeats):
    """Messages per second of CPU time: bytes in, dicts out; as fast as it is fed in pieces."""
    with open(path, "rb") as file:
        data = file.read()
    count, began = 0, time.process_time()
    for _ in range(repeats):
        decoder = aiscat.Decoder()
        for start in range(0, len(data), CHUNK):
            decoder.feed(data[start : start + CHUNK])
            while decoder.next() is not None:
                count += 1
    return {"rate": count / (time.process_time() - began), "messages": count // repeats}


lines.serve({"version": importlib.metadata.version("aiscat")}, {"measure": measure})
