"""Ingest: what goes in comes out once, whatever is cut, repeated, broken or killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from noroshi.desks.registry import desks
from noroshi.node.ingest import ingest
from noroshi.node.ingested import IngestReport
from noroshi.node.node import Node
from noroshi.words.desk import Source
from noroshi.words.errors import BadInput
from noroshi.words.stix import body_of

Suez = tuple[bytes, list[bytes]]


def read(folder: Path, files: dict[str, bytes], clock: Callable[[], int]) -> IngestReport:
    """Write `files` beside the node and ingest them."""
    source = folder.parent / "in"
    source.mkdir(exist_ok=True)
    for name, data in files.items():
        (source / name).write_bytes(data)
    with Node.open(folder) as node:
        return ingest(node, [source / name for name in files], clock)


def live(folder: Path) -> dict[str, object]:
    """The live findings by id, as their bodies say them, without what the file was called."""
    with Node.open(folder) as node:
        found: dict[str, object] = {}
        for row in node.store.findings():
            body = body_of(node.store.by_seq(row.seq).raw)
            assert body is not None
            found[row.id] = (body.kind, body.span, body.place, body.subjects, body.measures)
        return found


def records(folder: Path) -> list[tuple[str, int, str]]:
    """Every stored version, sorted."""
    with Node.open(folder) as node:
        return sorted((row.id, row.version, row.status) for row in node.store.cells_since(0, 10**6))


def test_a_second_run_changes_nothing(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    folder, files = make(), {"a.csv": suez[0] + b"".join(suez[1])}
    first = read(folder, files, clock)
    before = records(folder)
    assert first.new == len(live(folder)) > 20
    again = read(folder, files, clock)
    assert again.sources[0].skipped
    assert (again.new, again.changed, again.retracted) == (0, 0, 0)
    assert records(folder) == before


def test_the_same_rows_under_another_name_add_no_finding(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    folder, data = make(), suez[0] + b"".join(suez[1])
    read(folder, {"a.csv": data}, clock)
    before = live(folder)
    read(folder, {"b.csv": data + suez[1][-1]}, clock)
    assert live(folder) == before


def test_labels_of_the_source_decide_what_a_finding_carries(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    folder = make()
    read(folder, {"a.csv": suez[0] + b"".join(suez[1])}, clock)
    with Node.open(folder) as node:
        row = node.store.findings(limit=1)[0]
        (strand,) = node.store.by_seq(row.seq).label.strands
    assert (strand.originator, strand.pillar, strand.kind) == ("JPN", "maritime", row.kind)
    assert strand.tlp == "amber"


def test_an_undeclared_source_is_red_for_this_node_alone(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    folder = make(more="")
    report = read(folder, {"a.csv": suez[0] + b"".join(suez[1][:2000])}, clock)
    assert report.sources[0].undeclared
    with Node.open(folder) as node:
        row = node.store.findings(limit=1)[0]
        (strand,) = node.store.by_seq(row.seq).label.strands
    assert (strand.tlp, strand.only) == ("red", ())


def test_another_label_for_the_same_data_makes_new_versions(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    folder, files = make(), {"a.csv": suez[0] + b"".join(suez[1][:2000])}
    first = read(folder, files, clock)
    config = folder / "node.toml"
    config.write_text(config.read_text("utf-8").replace("amber", "green"), "utf-8")
    again = read(folder, files, clock)
    assert again.changed == first.new > 0
    with Node.open(folder) as node:
        row = node.store.findings(limit=1)[0]
        assert node.store.by_seq(row.seq).label.strands[0].tlp == "green"


def test_later_data_retract_what_they_refute(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    """A stop of which the missing half arrives later and shows the vessel under way."""
    head = b"MMSI,BaseDateTime,LAT,LON,SOG,COG\n"

    def rows(minutes: range, lat: float, sog: float) -> bytes:
        return b"".join(
            b"431000001,2026-01-01T%02d:%02d:00,%.5f,20.00000,%.1f,0.0\n"
            % (minute // 60, minute % 60, lat + (minute * sog / 3600), sog)
            for minute in minutes
        )

    folder = make()
    still = rows(range(0, 600, 10), 10.0, 0.0)
    read(folder, {"one.csv": head + still}, clock)
    before = live(folder)
    assert sorted(kind for kind, *_ in before.values()) == ["loitering", "stop"]
    moved = rows(range(5, 600, 10), 10.05, 0.0)  # 3 miles on and back, every five minutes
    report = read(folder, {"two.csv": head + moved}, clock)
    with Node.open(folder) as node:
        gone = node.store.findings(status="retracted")
    assert report.retracted == len(gone) == len(set(before) - set(live(folder)))
    assert report.retracted == 1
    assert {each.reason for each in gone} <= {"later data no longer support it", "moved"}


BAD = {
    "truncated.nmea": b"!AIVDM,1,1,,A,15MgK45P3@G?fl0E`JbR0OwT0@MS,0*4E\r\n!AIVDM,1,1,,B,177KQJ5",
    "checksum.nmea": b"!AIVDM,1,1,,A,15MgK45P3@G?fl0E`JbR0OwT0@MS,0*4F\r\n",
    "no-id.json": b'{"type":"bundle","id":"bundle--0a9ac0d1-7f9f-4ea1-a0d9-54a46ec3b6ea","objects":'
    b'[{"type":"malware","spec_version":"2.1"}]}',
    "cut.json": b'{"type":"bundle","objects":[{"type":"malw',
    "noise.bin": random.Random(1).randbytes(5000),
    "empty.csv": b"",
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_is_named_kept_aside_and_counted(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int], name: str
) -> None:
    good = suez[0] + b"".join(suez[1][:3000])
    alone = read(make(), {"good.csv": good}, clock)
    folder = make("EU")
    report = read(folder, {name: BAD[name], "good.csv": good}, clock)
    assert report.bad >= 1, "the exit code would not say so"
    assert report.new == alone.new > 0, "a bad source must not stop the rest"
    with Node.open(folder) as node:
        aside = node.store.rejected()
    assert aside
    assert all(place and reason for _, place, reason, _, _ in aside)


def test_the_exit_code_and_the_json_say_what_was_bad(
    make: Callable[..., Path], tmp_path: Path
) -> None:
    folder = make()
    path = tmp_path / "checksum.nmea"
    path.write_bytes(BAD["checksum.nmea"])
    ran = run("ingest", str(path), "--node", str(folder), "--json")
    assert ran.returncode == 3
    assert json.loads(ran.stdout)["sources"][0]["rejected"] == 1


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """The command line as a process of its own."""
    command = [sys.executable, "-m", "noroshi", *arguments]
    return subprocess.run(command, capture_output=True, env=os.environ | environ, check=False)


@pytest.mark.parametrize("commit", [1, 2, 3])
@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_killed_at_any_commit_and_run_again_is_as_if_undisturbed(
    make: Callable[..., Path],
    suez: Suez,
    clock: Callable[[], int],
    tmp_path: Path,
    moment: str,
    commit: int,
) -> None:
    source = tmp_path / "feed"
    source.mkdir()
    (source / "a.csv").write_bytes(suez[0] + b"".join(suez[1][:2500]))
    (source / "b.json").write_bytes(bundle(300))
    calm, rough = make("JPN"), make("EU")
    killed = run(
        "ingest", str(source), "--node", str(rough), NOROSHI_FAILPOINT=f"{moment}:{commit}"
    )
    assert killed.returncode == 137
    for folder in (calm, rough):
        with Node.open(folder) as node:
            ingest(node, [source], clock)
    assert counted(rough) == counted(calm)
    kinds, spans = zip(*((body[0], body[1]) for body in live(calm).values()), strict=True)
    assert sorted(kinds) == sorted(body[0] for body in live(rough).values())
    assert {span.t0 for span in spans} == {body[1].t0 for body in live(rough).values()}


def counted(folder: Path) -> dict[str, int]:
    """How many live records of each kind, each id once."""
    with Node.open(folder) as node:
        rows = [row for row in node.store.cells_since(0, 10**6) if row.status == "live"]
    assert len({row.id for row in rows}) == len(rows), "doubled"
    kinds: dict[str, int] = {}
    for row in rows:
        kinds[row.kind] = kinds.get(row.kind, 0) + 1
    return kinds


def bundle(count: int) -> bytes:
    """A STIX bundle of `count` indicators."""
    objects = [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--00000000-0000-4000-8000-{n:012x}",
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "pattern": f"[ipv4-addr:value = '192.0.2.{n % 256}']",
            "pattern_type": "stix",
            "valid_from": "2026-01-01T00:00:00Z",
        }
        for n in range(count)
    ]
    whole = {"type": "bundle", "id": "bundle--0a9ac0d1-7f9f-4ea1-a0d9-54a46ec3b6ea"}
    return json.dumps(whole | {"objects": objects}).encode()


def test_a_source_that_no_parser_can_follow_leaves_the_others(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    folder = make()
    bomb = b'{"a":' * 100_000
    files = {"a.json": bomb, "b.csv": suez[0] + suez[1][0], "c.csv": b"not a table\n"}
    report = read(folder, files, clock)
    assert [bool(source.problem) for source in report.sources] == [True, False, True]
    assert report.sources[1].rows == {"position": 1}


def test_a_desk_that_gives_up_half_way_keeps_what_it_read_and_is_one_source(
    make: Callable[..., Path], clock: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, bundle = make(), b'{"type":"bundle","objects":[{"type":"malware","created":"x"}]}'
    cyber = desks()["cyber"]
    whole = cyber.read

    def giving_up(source: Source) -> Iterator[object]:
        yield next(iter(whole(source)))
        raise BadInput(source.name, "gave up")

    monkeypatch.setattr(cyber, "read", giving_up)
    report = read(folder, {"a.json": bundle}, clock)
    ((name, rejected, problem),) = [(s.name, s.rejected, s.problem) for s in report.sources]
    assert (name, rejected, problem) == ("a.json", 1, "a.json: gave up")
    with Node.open(folder) as node:
        assert len(node.store.rejected()) == 1


def test_two_at_once_end_as_one_after_the_other(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    """The second waits for the first, then builds on its state."""
    folder, half = make(), len(suez[1]) // 2
    files = {"a.csv": suez[1][:half], "b.csv": suez[1][half:]}
    begun, told, results = threading.Event(), threading.Event(), list[IngestReport]()

    def reading(name: str, progress: Callable[[], object], waiting: Callable[[], object]) -> None:
        path = folder.parent / name
        path.write_bytes(suez[0] + b"".join(files[name]))
        with Node.open(folder) as node:
            results.append(
                ingest(node, [path], clock, progress=lambda *_: progress(), waiting=waiting)
            )

    def hold() -> None:
        begun.set()
        told.wait()

    first = threading.Thread(target=reading, args=("a.csv", hold, lambda: None))
    first.start()
    begun.wait()
    reading("b.csv", lambda: None, told.set)
    first.join()
    assert [report.retracted for report in results] == [0, 0]
    one = make("EU")
    read(one, {"c.csv": suez[0] + b"".join(suez[1])}, clock)
    assert len(live(folder)) == len(live(one)) > 20


def test_the_folders_of_whoever_packed_an_archive_are_no_lineage(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int]
) -> None:
    folder = make(more="")
    path = folder.parent / "in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("home/someone/tracks.csv", suez[0] + b"".join(suez[1]))
    with Node.open(folder) as node:
        ingest(node, [path], clock, tlp="green")
        body = body_of(node.store.by_seq(node.store.findings(limit=1)[0].seq).raw)
    assert body is not None
    assert body.sources == ("tracks.csv",)


@pytest.mark.parametrize("again", [False, True], ids=["a new file alone", "and one more"])
def test_other_parameters_do_not_take_back_what_earlier_ones_found(
    make: Callable[..., Path], suez: Suez, clock: Callable[[], int], again: bool
) -> None:
    """A state made anew knows nothing of what was read before it, so it refutes none of that."""
    folder = make()
    half = len(suez[1]) // 2
    read(folder, {"a.csv": suez[0] + b"".join(suez[1][:half])}, clock)
    before = set(live(folder))
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write("\n[desk.sea]\nstop_min_s = 10800\n")
    report = read(folder, {"b.csv": suez[0] + b"".join(suez[1][half:])}, clock)
    if again:
        report = read(folder, {"c.csv": suez[0] + b"".join(suez[1][half + 1 :])}, clock)
    assert report.retracted == 0
    assert before <= set(live(folder))


def test_a_clock_that_is_out_is_told_and_set_right_in_the_history_too(
    make: Callable[..., Path], clock: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two logs of one ship, without stations, the one whose times fit no UTC second is wrong."""
    from noroshi.cli.show import print_ingest
    from noroshi.desks.sea.plant import Inject, reports
    from noroshi.desks.sea.wear import Reception, speak
    from noroshi.history import reading
    from noroshi.history.partition import parts
    from noroshi.words.time import FOREVER, SECOND

    reception = Reception(lost=0.1, stations=2, clock_s=0.0, late=0.0, wrong=((1, 95.0),))
    rows, _ = reports(Inject("tug_and_tow", 10**15, -30.0, 45.0, reception=reception), 5)
    files: dict[str, bytes] = {}
    for number in range(2):
        mine = {name: values[rows["station"] == number][:600] for name, values in rows.items()}
        files[f"{number}.nmea"] = speak(mine, "epoch_ms")
    folder = make()
    report = read(folder, files, clock)
    print_ingest(report)
    told = capsys.readouterr().out
    assert "0.nmea: 1 clock right, as far as they can be compared" in told
    assert "1.nmea: clock of the source 95 s ahead by same messages (" in told
    assert "± 0 s): taken off" in told
    assert [[each.ahead for each in source.clocks] for source in report.sources] == [
        [0],
        [95 * SECOND],
    ]
    with Node.open(folder) as node:
        history = node.settings.history
    kept = [
        (row[:3], row[3])
        for each in reading.positions(parts(history), -FOREVER, FOREVER)
        for row in zip(*(each.arrays[name].tolist() for name in ("mmsi", "lon", "lat", "t")),
                       strict=True)
    ]  # fmt: skip
    assert len({what for what, _ in kept}) == len({*kept}) < len(kept)
    assert "95000000" in "".join(path.read_text() for path in (history / "sources").iterdir())
