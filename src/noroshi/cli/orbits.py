"""`noroshi orbits`: what element sets say without a node."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from noroshi.cli.options import JsonOption, example

if TYPE_CHECKING:
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Rejected
    from noroshi.words.party import Parties

orbits_app = typer.Typer(
    help="What element sets say, without a node: approaches, re-entries, coverage, losses.",
    no_args_is_help=True,
)


def _above(value: float) -> float:
    """A number above 0; neither `nan` nor `inf` is one."""
    if not 0.0 < value < math.inf:
        raise typer.BadParameter(f"found {value:g}; expected a number above 0")
    return value


FilesArgument = Annotated[list[Path], typer.Argument(help="Files of element sets.")]
MatchOption = Annotated[str, typer.Option(help="Only objects whose name has this in it.")]
BoxOption = Annotated[str, typer.Option(help="West,south,east,north in degrees.")]
HoursOption = Annotated[
    float, typer.Option(help="Hours from the files' own present on.", callback=_above)
]
StepOption = Annotated[float, typer.Option(help="Minutes between two instants.", callback=_above)]
MaskOption = Annotated[float, typer.Option(help="Least elevation in degrees.")]
AtOption = Annotated[
    str, typer.Option(help="Instant or day to begin at, instead of the files' own present.")
]
SvgOption = Annotated[Path | None, typer.Option(help="Write the picture to this file.")]


@orbits_app.command(
    epilog=example(
        "noroshi orbits sample --seed 1 > sky.json",
        "noroshi orbits sample --cases > events.json",
        "noroshi orbits sample --cases --truth",
    )
)
def sample(
    seed: Annotated[int, typer.Option(help="The same seed gives the same sky.")] = 1,
    at: Annotated[str, typer.Option(help="Epoch of its elements.")] = "2026-11-01T00:00:00Z",
    scale: Annotated[float, typer.Option(help="13 is as many as are tracked.")] = 1.0,
    cases: Annotated[
        bool,
        typer.Option(
            "--cases",
            help="Few objects and forty days of sets, with every kind of event and look-alike.",
        ),
    ] = False,
    truth: Annotated[bool, typer.Option("--truth", help="What was planted instead.")] = False,
) -> None:
    """A made-up catalogue with planted events, as OMM in JSON: it may be given away."""
    from noroshi.cli.show import print_json
    from noroshi.desks.space import elements, plant, synth
    from noroshi.words.time import parse_instant

    present = parse_instant(at)
    source = plant.made_up(present)
    if cases:
        columns, truths = plant.planted(seed, present, source)
    else:
        sky = synth.sample(seed, present, scale)
        columns, truths = plant.told(sky, source), sky.truths
    if truth:
        print_json(truths)
    else:
        typer.echo(elements.write(plant.sets(columns), "json", "noroshi", present), nl=False)


@orbits_app.command(epilog=example("noroshi orbits omm 3le.txt --to xml > sets.xml"))
def omm(
    files: FilesArgument,
    to: Annotated[str, typer.Option(help="json, csv, kvn or xml.")] = "json",
    match: MatchOption = "",
    at: AtOption = "",
) -> None:
    """Write the newest set of each object as OMM (CCSDS 502.0-B)."""
    from noroshi.desks.space import drawing, elements
    from noroshi.words.errors import BadInput

    if to not in elements.FORMATS:
        raise BadInput("--to", "no such form", found=to, expected=", ".join(elements.FORMATS))
    sets, present = drawing.newest(_state(files, at), match)
    typer.echo(elements.write(sets, to, "noroshi", present), nl=False)


@orbits_app.command(
    epilog=example(
        "noroshi orbits cdm gp.csv.gz --norad 25544 > approaches.cdm",
        "noroshi orbits cdm gp.csv.gz --norad 25544,48274 --within 50 --to xml",
    )
)
def cdm(
    files: FilesArgument,
    norad: Annotated[str, typer.Option(help="One number, with all; several, among themselves.")],
    to: Annotated[str, typer.Option(help="kvn or xml.")] = "kvn",
    within: Annotated[
        float, typer.Option(help="Approaches below so many kilometres.", callback=_above)
    ] = 5.0,
    days: Annotated[
        float, typer.Option(help="Days from the files' own present on.", callback=_above)
    ] = 7.0,
    originator: Annotated[str, typer.Option(help="Who writes the messages.")] = "NOROSHI",
    at: AtOption = "",
) -> None:
    """Write a satellite's approaches as conjunction messages (CCSDS 508.0-B), screening grade."""
    from noroshi.cli.show import warn
    from noroshi.desks.space import cdm_out
    from noroshi.words.errors import BadInput

    if to not in ("kvn", "xml"):
        raise BadInput("--to", "no such form", found=to, expected="kvn, xml")
    state = _state(files, at)
    try:
        found = cdm_out.screened(state, _numbers(norad), days, within, originator)
    except ValueError as problem:
        raise BadInput("--norad", str(problem), found=norad) from problem
    typer.echo(cdm_out.write(found, to), nl=False)
    warn(f"{len(found)} approaches below {within:g} km in {days:g} days, of screening grade")


@orbits_app.command(
    epilog=example(
        "noroshi orbits reentry gp.csv.gz",
        "noroshi orbits reentry gp.csv.gz --party EU --party JPN --json",
    )
)
def reentry(
    files: FilesArgument,
    party: Annotated[
        list[str] | None, typer.Option(help="Only passes over this party's territory.")
    ] = None,
    at: AtOption = "",
    json: JsonOption = False,
) -> None:
    """What is coming down, in which window, and whose territory its track passes meanwhile."""
    from noroshi.cli.show import print_json, say, table
    from noroshi.desks.space import drawing
    from noroshi.words.party import packaged_parties

    known = packaged_parties()
    wanted = [code for each in party or () for code in _territories(each.upper(), known)]
    found = drawing.coming_down(_state(files, at), wanted)
    if json:
        print_json(found)
        return
    if not found:
        say("Nothing is expected to come down within the days that elements hold.")
        return
    table(
        [("object", True), ("name", False), ("expected (UTC)", False), ("window", True),
         ("elements", True), ("passes over", False)],
        [[str(x.norad), x.name, x.expected[:16].replace("T", " "), f"± {x.window_h / 2:.1f} h",
          f"{x.age_d:.1f} d old", x.over] for x in found],
    )  # fmt: skip
    say(f"{len(found)} objects. Where in its window an object comes down is not known: a territory")
    say("is named where the track passes it or 100 km beside, and how often.")


@orbits_app.command(
    epilog=example("noroshi orbits coverage gp.csv.gz --match IRIDIUM --box 122,24,146,46")
)
def coverage(
    files: FilesArgument,
    match: MatchOption = "",
    box: BoxOption = "122,24,146,46",
    hours: HoursOption = 24.0,
    step: StepOption = 1.0,
    mask: MaskOption = 5.0,
    at: AtOption = "",
    passes: Annotated[
        bool, typer.Option("--passes", help="Which satellite, from when to when, instead.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """When satellites are in view of a region: share of time, passes and gaps."""
    from noroshi.cli.show import print_json, table
    from noroshi.desks.space import coverage as views

    seen, spots, times, names = _seen(_state(files, at), match, box, hours, step, mask)
    if passes:
        every = views.views(seen, times, names)
        if json:
            print_json(every)
            return
        table(
            [("from (UTC)", False), ("to", False), ("satellite", False), ("of places", True)],
            [[p.begin[:16].replace("T", " "), p.end[:16].replace("T", " "), p.satellite,
              str(p.places)] for p in every],
        )  # fmt: skip
        return
    found = views.passes(seen, spots, step)
    if json:
        print_json(found)
        return
    columns = [("longitude", True), ("latitude", True), ("in view", True), ("at once", True),
               ("passes", True), ("longest gap", True), ("mean gap", True)]  # fmt: skip
    table(columns, [
        [f"{p.lon:.1f}", f"{p.lat:.1f}", f"{p.availability:.2%}", f"{p.mean_in_view:.1f}",
         str(p.passes), f"{p.longest_gap_min:.0f} min", f"{p.mean_gap_min:.0f} min"] for p in found
    ])  # fmt: skip


@orbits_app.command(
    epilog=example(
        "noroshi orbits losses gp.csv.gz --match 'IRIDIUM 1' --box 122,24,146,46 --most 12",
        "noroshi orbits losses sky.json --match 'WALKER 780' --svg losses.svg",
    )
)
def losses(
    files: FilesArgument,
    match: MatchOption = "",
    box: BoxOption = "122,24,146,46",
    most: Annotated[int, typer.Option(help="Up to how many satellites are lost.", min=0)] = 10,
    hours: HoursOption = 24.0,
    step: StepOption = 1.0,
    mask: MaskOption = 5.0,
    at: AtOption = "",
    svg: SvgOption = None,
    json: JsonOption = False,
) -> None:
    """What is left of a constellation over a region when k satellites are lost: exact up to two,
    the worst one at a time beyond, and the mean of drawn losses beside it."""
    from noroshi.cli.show import print_json, say, table
    from noroshi.desks.space import coverage as views
    from noroshi.desks.space.pictures import Series, chart

    seen, _, _, names = _seen(_state(files, at), match, box, hours, step, mask)
    found = views.resilience(seen, step, most)
    if svg is not None:
        worst = tuple((float(each.k), each.availability) for each in found)
        drawn = tuple((float(each.k), each.random) for each in found)
        svg.write_text(chart(
            f"In view of {box} when satellites are lost", "satellites lost", "share of time",
            [Series("worst choice", worst, True), Series("drawn at random", drawn, True)],
        ), encoding="utf-8")  # fmt: skip
    if json:
        print_json(found)
        return
    table(
        [("lost", True), ("how", False), ("in view", True), ("longest gap", True),
         ("at random", True), ("which", False)],
        [[str(x.k), x.how, f"{x.availability:.3%}", f"{x.longest_gap_min:.0f} min",
          f"{x.random:.3%}", ", ".join(names[n] for n in x.lost[:4])] for x in found],
    )  # fmt: skip
    below = next((each.k for each in found if each.availability < 0.99), None)
    kept = f"99 % with {most} lost" if below is None else f"below 99 % from {below} lost on"
    say(f"{len(names)} satellites; {kept}")


@orbits_app.command(
    epilog=example(
        "noroshi orbits picture gp.csv.gz --kind gabbard --family 1999-025 --svg gabbard.svg",
        "noroshi orbits picture gp.csv.gz --kind track --norad 25544 --svg track.svg",
        "noroshi orbits picture gp.csv.gz --kind fall --norad 60000 --svg fall.svg",
        "noroshi orbits picture gp.csv.gz --kind miss --norad 25544,48274 --svg miss.svg",
    )
)
def picture(
    files: FilesArgument,
    kind: Annotated[str, typer.Option(help="gabbard, track, fall or miss.")],
    svg: Annotated[Path, typer.Option(help="Write the picture to this file.")],
    family: Annotated[str, typer.Option(help="A launch, as 1999-025, for gabbard.")] = "",
    norad: Annotated[str, typer.Option(help="One number for track and fall, two for miss.")] = "",
    hours: HoursOption = 24.0,
    step: StepOption = 1.0,
    at: AtOption = "",
) -> None:
    """Draw periods against heights of a family, a ground track (for hours on, or through the window
    of a re-entry), or the distance of two objects."""
    from noroshi.cli.show import say
    from noroshi.desks.space import drawing
    from noroshi.words.errors import BadInput

    state = _state(files, at)
    numbers = _numbers(norad) if norad else []
    if kind == "gabbard" and family:
        made = drawing.gabbard(state, family)
    elif kind == "track" and len(numbers) == 1:
        made = drawing.track(state, numbers[0], hours, step)
    elif kind == "fall" and len(numbers) == 1:
        made = drawing.fall(state, numbers[0])
    elif kind == "miss" and len(numbers) == 2:
        made = drawing.miss(state, numbers[0], numbers[1], hours, step)
    else:
        raise BadInput(
            "--kind", "nothing to draw", found=kind,
            expected="gabbard with --family, track or fall with one --norad, miss with two",
        )  # fmt: skip
    svg.write_text(made, encoding="utf-8")
    say(f"{svg}: {len(made)} bytes")


def _territories(code: str, known: Parties) -> list[str]:
    """A party's own code, or its members'. `BadInput` where no territory has it."""
    from noroshi.desks.space.territory import raster
    from noroshi.words.errors import BadInput

    codes = [*(known.members(code) if code in known else ()), code]
    have = [each for each in codes if each in raster()[0]]
    if not have:
        raise BadInput("--party", "no territory has this code", found=code, expected="JPN or EU")
    return have


def _numbers(norad: str) -> list[int]:
    """Catalogue numbers with commas between. `BadInput` for what is none."""
    from noroshi.desks.space import elements
    from noroshi.words.errors import BadInput

    try:
        return list(
            dict.fromkeys(elements.norad(each.strip(), "--norad") for each in norad.split(","))
        )
    except ValueError:
        raise BadInput(
            "--norad", "not catalogue numbers", found=norad, expected="25544 or 25544,48274"
        ) from None


def _state(files: list[Path], at: str = "") -> State:
    """All of the files in a state of the desk, as of an instant; what could not be read is told on
    standard error."""
    from noroshi.cli.show import bad_parts, warn
    from noroshi.desks.space import desk
    from noroshi.desks.space.drawing import read_all
    from noroshi.feeds.files import Opened, open_path, walk
    from noroshi.node.ingested import SourceReport, tell

    opened = [each for path in walk(files) for each in open_path(path)]
    for each in opened:
        if not isinstance(each, Opened):
            raise each
    told: dict[str, SourceReport] = {}

    def aside(name: str, part: Rejected) -> None:
        report = told.setdefault(name, SourceReport(name))
        report.rejected += 1
        tell(report, part)

    try:
        return read_all(desk, [each for each in opened if isinstance(each, Opened)], at, aside)
    finally:
        for report in told.values():
            for line in bad_parts(report):
                warn(line)


def _seen(
    state: State, match: str, box: str, hours: float, step: float, mask: float
) -> tuple[Any, list[tuple[float, float]], Any, list[str]]:
    """What nine places of the box see: places × times × objects; the places; the instants (µs UTC);
    the objects' names."""
    from noroshi.desks.space import coverage as views
    from noroshi.desks.space.drawing import chosen
    from noroshi.words.errors import BadInput

    try:
        west, south, east, north = (float(each) for each in box.split(","))
        if not (-180 <= west <= east <= 360 and -90 <= south <= north <= 90):
            raise ValueError(box)
    except ValueError:
        raise BadInput("--box", "not a box", found=box, expected="122,24,146,46") from None
    catalogue, times, names = chosen(state, match, hours, step)
    spots = views.places((west, south, east, north), 3)
    return views.visible(views.fixed(catalogue, times), spots, mask), spots, times, names
