"""A node of Japan: a ship over a cable, seen by its own receiver, and a report that the cable
failed meanwhile."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.node.setup import init

ASSETS = """
format = "assets/1"
surveyed = true
tlp = "green"
[[asset]]
id = "cable:a"
kind = "cable"
name = "Atlantic A"
path = [[-30.0, 44.6], [-30.0, 45.4]]
"""
FEEDS = """
[[feed]]
desk = "sea"
uri = "tracks.csv"
lineage = "receiver"
label = {{ tlp = "green" }}
reliability = "B"
[[feed]]
desk = "sea"
uri = "outage.csv"
lineage = "operator"
label = {{ {outage} }}
reliability = "B"
"""


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(app, [str(each) for each in words])
    assert done.exit_code == 0, done.output
    return done.output


def cable_failed(folder: Path, outage: str, assets: str = "") -> Path:
    """The node in `folder`; `outage` is the label of the report, `assets` more of `[assets]`."""
    init(folder, "JPN", listen="127.0.0.1:0")
    (folder / "assets.toml").write_text(ASSETS)
    with (folder / "node.toml").open("a") as file:
        file.write(f'[assets]\nfiles = ["assets.toml"]\n{assets}' + FEEDS.format(outage=outage))
    lines = ["mmsi,timestamp,lon,lat,sog"]
    lon = -30.0 - 150 * 9.3 / 60 / 60 / 0.7071
    for minute in range(200):
        at = f"2021-03-21T{minute // 60:02}:{minute % 60:02}:00Z"
        lines.append(f"257000001,{at},{lon:.5f},45.0,9.3")
        lon += 9.3 / 60 / 60 / 0.7071
    (folder / "tracks.csv").write_text("\n".join(lines) + "\n")
    (folder / "outage.csv").write_text("ref,asset,began\nF-1,cable:a,2021-03-21T02:33:00Z\n")
    run("ingest", folder / "tracks.csv", folder / "outage.csv", "-n", folder)
    run("assets", "load", "-n", folder)
    run("pact", "load", "-n", folder)
    return folder
