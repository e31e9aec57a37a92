"""stix2-matcher: patterns compiled once, each matched against each observation."""

import importlib.metadata
import json
import time

import lines
from stix2matcher.matcher import MatcherException, Pattern


def measure(path):
    """Pairs of pattern and observation per CPU second, and which of them match."""
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    compiled = [Pattern(each, "2.0") for each in given["patterns"]]
    matched = []
    began = time.process_time()
    for at, observation in enumerate(given["observations"]):
        for number, pattern in enumerate(compiled):
            try:
                if pattern.match([observation]):
                    matched.append([at, number])
            except MatcherException:
                continue
    spent = time.process_time() - began
    pairs = len(compiled) * len(given["observations"])
    return {"rate": pairs / spent, "matched": matched}


lines.serve({"version": importlib.metadata.version("stix2-matcher")}, {"measure": measure})
