"""OpenTAXII with its own SQL persistence on SQLite, under gunicorn as its documentation starts it.

One worker, as ours is one process. Its credential is a token of its own making, because it would
compute a password hash again at every request.
"""

import contextlib
import http.client
import importlib.metadata
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import uuid

import lines

ACCOUNT = "bench"
CONFIG = {
    "domain": "localhost",
    "support_basic_auth": True,
    "return_server_error_details": False,
    "taxii1": None,
    "logging": {"opentaxii": "error", "root": "error"},
}


def as_text(_, value):
    """0.9.3 puts UUIDs into its answers that `json` cannot write: a POST is stored, and answered
    with 500. So that it can be measured at all, they are text here, as in its later versions."""
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} in an answer")


def application():
    """What gunicorn serves."""
    json.JSONEncoder.default = as_text
    from opentaxii.http import app

    return app


def configure(folder):
    """Its configuration, an account that may do everything, a root and an empty collection; the
    persistence API, the token and the path."""
    part = {"create_tables": True, "db_connection": f"sqlite:///{folder}/auth.db"}
    auth = {
        "class": "opentaxii.auth.sqldb.SQLDatabaseAPI",
        "parameters": {**part, "secret": "bench " * 8, "token_ttl_secs": 3600},
    }
    data = {
        "class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI",
        "parameters": {"create_tables": True, "db_connection": f"sqlite:///{folder}/data.db"},
    }
    taxii2 = {"title": "peer", "max_content_length": 1 << 30, "persistence_api": data}
    path = pathlib.Path(folder) / "opentaxii.yml"
    # JSON is YAML.
    path.write_text(json.dumps({**CONFIG, "auth_api": auth, "taxii2": taxii2}), "utf-8")
    os.environ["OPENTAXII_CONFIG"] = str(path)
    from opentaxii.config import ServerConfig
    from opentaxii.server import TAXIIServer

    server = TAXIIServer(ServerConfig())
    server.auth.api.create_account(ACCOUNT, ACCOUNT, is_admin=True)
    token = server.auth.api.authenticate(ACCOUNT, ACCOUNT)
    api = server.servers.taxii2.persistence.api
    root = api.add_api_root("bench", default=True)
    collection = api.add_collection(root.id, "bench")
    return api, token, f"/taxii2/{root.id}/collections/{collection.id}/objects/"


def start(folder):
    """gunicorn as a process on a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    command = [sys.executable, "-m", "gunicorn", "opentaxii_server:application()"]
    command += ["--bind", f"fd://{listening.fileno()}", "--workers", "1", "--timeout", "300"]
    command += ["--chdir", str(pathlib.Path(__file__).parent), "--no-control-socket"]
    # Standard output is for the lines.
    inherited = [listening.fileno()]
    process = subprocess.Popen(command, pass_fds=inherited, stdin=subprocess.DEVNULL, stdout=2)
    return process, listening.getsockname()[1]


def await_start(port, token, path):
    """Until it has answered; the socket listens before it does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/taxii+json;version=2.1",
    }
    connection.request("GET", f"{path}?limit=1", headers=headers)
    response = connection.getresponse()
    if response.status != 200:
        raise OSError(f"{path}: {response.status} {response.read()[:200]!r}")
    connection.close()


def main():
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(sys.stderr):
            api, token, path = configure(folder)
        process, port = start(folder)

        def reset():
            """An empty collection again."""
            from opentaxii.persistence.sqldb.taxii2models import Job, JobDetail, STIXObject

            for model in (STIXObject, JobDetail, Job):
                api.db.session.query(model).delete()
            api.db.session.commit()
            api.db.session.remove()
            return {}

        try:
            await_start(port, token, path)
            version = importlib.metadata.version("opentaxii")
            hello = {"version": version, "port": port, "path": path, "token": token}
            lines.serve(hello, {"reset": reset})
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
