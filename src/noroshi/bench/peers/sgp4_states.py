"""python-sgp4: states of many objects at many times, by its compiled array form."""

import importlib.metadata
import json
import time

import lines
import numpy as np
from sgp4 import omm
from sgp4.api import Satrec, SatrecArray

held = {}


def states(path, minutes):
    """States per second of CPU time."""
    if path not in held:
        satellites = []
        with open(path) as file:
            for fields in json.load(file):
                each = Satrec()
                omm.initialize(each, fields | {"REV_AT_EPOCH": 0})
                satellites.append(each)
        held[path] = SatrecArray(satellites), len(satellites)
    array, many = held[path]
    began = time.process_time()
    array.sgp4(np.full(minutes, 2460615.5), np.arange(minutes) / 1440.0)
    return {"rate": many * minutes / (time.process_time() - began)}


lines.serve({"version": importlib.metadata.version("sgp4")}, {"states": states})
