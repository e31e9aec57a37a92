"""astroz: a catalogue against itself, at the best of its documented steps for one so large."""

import time
from datetime import UTC, datetime

import astroz
import lines

held = {}
STEP_MIN = 0.5


def screen(path, at, minutes):
    """Events faster than 0.1 km/s, and seconds of CPU of all threads."""
    if path not in held:
        held[path] = astroz.Constellation(path)
    start = datetime.fromtimestamp(at, UTC)
    began = time.process_time()
    found = astroz.screen(held[path], minutes, threshold=5.0, step=STEP_MIN, start_time=start)
    spent = time.process_time() - began
    return {"events": int((found.speed >= 0.1).sum()), "seconds": spent}


lines.serve({"version": astroz.__version__}, {"screen": screen})
