"""Cedar through cedarpy: single decisions with every handle parsed beforehand, its fastest way."""

import importlib.metadata
import time

import cedarpy
import lines

loaded = {}


def load(policies, entities, requests):
    """Parse once what is asked of later."""
    loaded["policies"] = cedarpy.PolicySet.from_str(policies)
    loaded["entities"] = cedarpy.Entities.from_json_str(entities)
    loaded["requests"] = requests
    return {"policies": len(loaded["policies"]), "entities": len(loaded["entities"])}


def decide(request):
    """One decision."""
    return cedarpy.is_authorized(request, loaded["policies"], loaded["entities"]).allowed


def answers():
    """Every request's decision."""
    return {"allowed": [decide(request) for request in loaded["requests"]]}


def measure(seconds):
    """Single decisions per second of CPU time."""
    count, began = 0, time.process_time()
    while True:
        for request in loaded["requests"]:
            decide(request)
        count += len(loaded["requests"])
        spent = time.process_time() - began
        if spent >= seconds:
            return {"rate": count / spent}


def measure_batch(seconds):
    """Decisions per second of CPU time, all requests in one call."""
    count, began = 0, time.process_time()
    while True:
        count += len(
            cedarpy.is_authorized_batch(loaded["requests"], loaded["policies"], loaded["entities"])
        )
        spent = time.process_time() - began
        if spent >= seconds:
            return {"rate": count / spent}


lines.serve(
    {"version": importlib.metadata.version("cedarpy")},
    {"load": load, "answers": answers, "measure": measure, "measure_batch": measure_batch},
)
