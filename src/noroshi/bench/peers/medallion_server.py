"""medallion with its memory back end and one account, served the way its own script serves it."""

import importlib.metadata
import io
import json
import logging
import sys
import threading

import lines
import medallion
from werkzeug.serving import make_server

COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
MEDIA = "application/stix+json;version=2.1"


def data():
    """Seed data: one API root with one empty collection that takes envelopes of any size."""
    collection = {
        "id": COLLECTION,
        "title": "bench",
        "can_read": True,
        "can_write": True,
        "media_types": [MEDIA],
        "objects": [],
        "manifest": [],
    }
    root = {
        "information": {"title": "bench", "versions": [MEDIA], "max_content_length": 1 << 30},
        "status": [],
        "collections": [collection],
    }
    discovery = {"title": "peer", "default": "http://localhost/api/"}
    return {"/discovery": {**discovery, "api_roots": ["http://localhost/api/"]}, "api": root}


def reset():
    """An empty collection again, as after a start."""
    app.medallion_backend.load_data_from_file(io.StringIO(json.dumps(data())))
    return {}


def start():
    """The port of the server, which runs until this process ends."""
    back_end = {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend"}
    configuration = {
        "users": {"bench": "bench"},
        "taxii": {"max_page_size": 1000},
        "backend": back_end,
    }
    for part in configuration:
        medallion.set_config(app, part, configuration)
    reset()
    medallion.register_blueprints(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


logging.disable(logging.CRITICAL)
app = medallion.application_instance
port = start()
hello = {
    "version": importlib.metadata.version("medallion"),
    "port": port,
    "path": f"/api/collections/{COLLECTION}/objects/",
    "user": "bench",
    "password": "bench",
}
lines.serve(hello, {"reset": reset})
sys.exit(0)
