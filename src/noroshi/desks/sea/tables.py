"""Tables of positions: CSV with a header, or JSON lines, in the layouts people really have.

Columns are recognised by name, whatever their order: NOAA MarineCadastre, Spire/exactEarth, the
Danish archive, Global Fishing Watch, MovingPandas examples. A row that cannot be read is returned
with its number (the first data row is 1) and the reason; the next one is read.
"""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from noroshi.desks.sea import stamps
from noroshi.desks.sea.batches import Batch
from noroshi.words.desk import Rejected
from noroshi.words.errors import BadInput
from noroshi.words.evidence import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from noroshi.words.desk import Columns, Source

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "mmsi": ("mmsi", "ssvid", "sourcemmsi"),
    "track": ("trackid", "trajid", "trajectoryid", "vesselid", "id"),
    "time": ("basedatetime", "timestamp", "time", "datetime", "aispostimestamp", "dtposutc"),
    "lon": ("lon", "longitude", "long"),
    "lat": ("lat", "latitude"),
    "sog_kn": ("sog", "speed", "speedoverground", "sogkn"),
    "cog_deg": ("cog", "course", "courseoverground"),
    "heading_deg": ("heading", "trueheading"),
    "status": ("status", "navigationalstatus", "navstatus"),
    "type": ("messageid", "msgtype"),
    "name": ("vesselname", "shipname", "name"),
    "callsign": ("callsign",),
    "imo": ("imo",),
    "ship_type": ("vesseltype", "shiptype"),
    "draught_m": ("draught", "draft"),
    "length_m": ("length",),
    "width_m": ("width",),
}
"""Our columns by the headers that mean them: lower case, letters and digits only."""

POSITION_TYPES: Final = frozenset((1, 2, 3, 9, 18, 19, 27))
"""AIS message types that must have a position; a row of another type may lack one."""

JSON_LINES: Final = 100
"""Objects looked at for one with a position: a log may begin with static data."""

_DELIMITERS = ",;\t|"
_LONGEST = 65_536


def sniff(head: bytes) -> float:
    """How surely `head` begins a table of positions: a header, or JSON objects, with identity,
    time and place."""
    first, *rest = head.removeprefix(b"\xef\xbb\xbf").splitlines()[:JSON_LINES] or [b""]
    if first.lstrip().startswith(b"{"):
        return 0.9 if any(_positional(line) for line in (first, *rest)) else 0.0
    try:
        fields = _fields(_header(first.decode("utf-8", "replace")))
    except csv.Error:
        return 0.0
    return 0.9 if _missing(fields) is None else 0.0


def _positional(line: bytes) -> bool:
    """Whether a JSON line is an object with an MMSI, time and place; `id` alone is not enough."""
    try:
        fields = _fields(list(msgspec.json.decode(line, type=dict[str, Any])))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return "mmsi" in fields and _missing(fields) is None


def read(source: Source, size: int) -> Iterator[Columns | Rejected]:
    """Batches of up to `size` rows. Raises `BadInput` where the header names no position."""
    with source.open() as stream:
        first = stream.readline(_LONGEST).removeprefix(b"\xef\xbb\xbf")
        if first.lstrip().startswith(b"{"):
            yield from _json_lines(source, _chain(first, _lines(stream)), size)
        else:
            yield from _csv(source, first.decode("utf-8", "replace"), stream, size)


def _csv(source: Source, first: str, stream: IO[bytes], size: int) -> Iterator[Columns | Rejected]:
    header = _header(first)
    fields = _fields(header)
    missing = _missing(fields)
    if missing:
        raise BadInput(
            f"{source.name}:1",
            f"no column for {missing}",
            found=", ".join(header)[:200],
            expected=" or ".join(FIELDS[missing]),
        )
    delimiter = _delimiter(first)
    split = _splitter(delimiter, len(header))
    order = stamps.slash_order(_peek(source), delimiter, fields["time"])
    yield from _rows(source, _lines(stream), size, split, fields, order)


def _json_lines(source: Source, lines: Iterable[bytes], size: int) -> Iterator[Columns | Rejected]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    names = {alias: ours for ours, aliases in FIELDS.items() for alias in aliases}
    fields = {ours: place for place, ours in enumerate(FIELDS)}

    def split(line: str) -> list[str]:
        values = [""] * len(fields)
        for key, value in decode(line).items():
            ours = names.get(_plain(key))
            if ours is not None and value is not None and not isinstance(value, (dict, list)):
                values[fields[ours]] = str(value)
        return values

    yield from _rows(source, lines, size, split, fields, "dmy")


def _rows(
    source: Source,
    lines: Iterable[bytes],
    size: int,
    split: Callable[[str], list[str]],
    fields: dict[str, int],
    order: stamps.Order,
) -> Iterator[Columns | Rejected]:
    batch = Batch(source, "mmsi" if "mmsi" in fields else "track", "row", size)
    row = 0
    for line in lines:
        if not line.strip():
            continue
        row += 1
        try:
            _one(batch, split(line.decode("utf-8", "replace")), fields, order, row)
        except (ValueError, msgspec.DecodeError, csv.Error, RecursionError) as problem:
            yield Rejected(source.name, Row(row), str(problem)[:200], line[:500])
        if batch.full:
            yield from batch.take()
    yield from batch.take()


def _one(
    batch: Batch, values: list[str], fields: dict[str, int], order: stamps.Order, row: int
) -> None:
    """Add one row; `ValueError` says what is wrong with it."""

    def get(name: str) -> str:
        place = fields.get(name)
        return "" if place is None else values[place].strip()

    identity: int | str = get("mmsi") if "mmsi" in fields else get("track")
    if "mmsi" in fields:
        identity = _mmsi(str(identity))
    elif not identity:
        raise ValueError("no track id")
    t, precision = stamps.instant(get("time"), order)
    name = get("name")
    if name or get("imo") or get("callsign"):
        batch.static(
            identity, t, row, name=name, callsign=get("callsign"), imo=_digits(get("imo")),
            ship_type=_ship_type(get("ship_type")),
            draught_m=_number(get("draught_m"), 0.0),
            length_m=_number(get("length_m"), 0.0), width_m=_number(get("width_m"), 0.0),
        )  # fmt: skip
    lon_text, lat_text = get("lon"), get("lat")
    if _number(lon_text, 0.0) == 181.0 or _number(lat_text, 0.0) == 91.0:
        return
    if not lon_text and not lat_text:
        if int(_number(get("type"), 1.0)) in POSITION_TYPES and not name:
            raise ValueError("no position")
        return
    lon, lat = _degrees(lon_text, 180.0, "longitude"), _degrees(lat_text, 90.0, "latitude")
    batch.position(
        identity, t, lon, lat, row, precision=precision,
        sog_kn=_speed(get("sog_kn")), cog_deg=_angle(get("cog_deg")),
        heading_deg=_angle(get("heading_deg")), status=_status(get("status")),
        type=int(_number(get("type"), 0.0)), clock=2,
    )  # fmt: skip


def _mmsi(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise ValueError(f"impossible MMSI {text!r}") from None
    if not 0 <= value <= 999_999_999:
        raise ValueError(f"impossible MMSI {text!r}")
    return value


def _degrees(text: str, limit: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"impossible {what} {text!r}") from None
    if not -limit <= value <= limit:
        raise ValueError(f"impossible {what} {text!r}")
    return -180.0 if value == limit == 180.0 else value


def _number(text: str, otherwise: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return otherwise
    return value if abs(value) < 1e6 else otherwise


def _speed(text: str) -> float:
    value = _number(text, float("nan"))
    return value if 0.0 <= value < 102.3 else float("nan")


def _angle(text: str) -> float:
    value = _number(text, float("nan"))
    return value if 0.0 <= value < 360.0 else float("nan")


_STATUS: Final = {
    "under way using engine": 0, "at anchor": 1, "not under command": 2,
    "restricted maneuverability": 3, "constrained by her draught": 4, "moored": 5, "aground": 6,
    "engaged in fishing": 7, "under way sailing": 8,
}  # fmt: skip
"""Navigational status in words, as the Danish archive writes it, to ITU-R M.1371 table 47."""


def _status(text: str) -> int:
    code = _STATUS.get(text.lower())
    value = int(_number(text, -1.0)) if code is None else code
    return value if 0 <= value <= 14 else -1


_TYPES: Final = {
    "fishing": 30, "towing": 31, "towing long/wide": 32, "dredging": 33, "diving": 34,
    "military": 35, "sailing": 36, "pleasure": 37, "hsc": 40, "pilot": 50, "sar": 51, "tug": 52,
    "port tender": 53, "anti-pollution": 54, "law enforcement": 55, "medical": 58, "passenger": 60,
    "cargo": 70, "tanker": 80, "other": 90,
}  # fmt: skip
"""Types of ship in words, as the Danish archive writes them, to ITU-R M.1371 table 53; of tens, the
first."""


def _ship_type(text: str) -> int:
    known = _TYPES.get(text.lower())
    return int(_number(text, 0.0)) if known is None else known


def _digits(text: str) -> int:
    found = text.removeprefix("IMO").strip()
    return int(found) if found.isdigit() and len(found) == 7 else 0


def _header(line: str) -> list[str]:
    for cells in csv.reader([line.rstrip("\r\n")], delimiter=_delimiter(line)):
        return [cell.strip() for cell in cells]
    return []


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _fields(header: list[str]) -> dict[str, int]:
    plain = [_plain(name) for name in header]
    return {
        ours: plain.index(alias)
        for ours, aliases in FIELDS.items()
        for alias in [next((each for each in aliases if each in plain), None)]
        if alias is not None
    }


def _missing(fields: dict[str, int]) -> str | None:
    if "mmsi" not in fields and "track" not in fields:
        return "mmsi"
    return next((name for name in ("time", "lon", "lat") if name not in fields), None)


def _splitter(delimiter: str, width: int) -> Callable[[str], list[str]]:
    def split(line: str) -> list[str]:
        line = line.rstrip("\r\n")
        cells = next(csv.reader([line], delimiter=delimiter)) if '"' in line else line.split(
            delimiter)  # fmt: skip
        if len(cells) != width:
            raise ValueError(f"{len(cells)} columns; the header has {width}")
        return cells

    return split


def _peek(source: Source) -> list[str]:
    with source.open() as stream:
        lines = stream.read(_LONGEST).decode("utf-8", "replace").splitlines()
    return lines[1:-1] or lines[1:]


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.readline(_LONGEST), b"")


def _chain(first: bytes, stream: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from stream
