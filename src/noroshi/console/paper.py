"""Paper: a document of headings, sentences and tables as a PDF, its label on every sheet.

The label stands at the head and foot of each page, with the page's number and how many there are.
Text is drawn with fonts of this machine, whole and searchable: the PDF holds what it uses of them.
No font comes with noroshi; without one that has Japanese a report in Japanese is refused, and says
what to install. Of a report in English the characters that no font has are marked where they
stand, and it ends with how many they are.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from noroshi.words.errors import Refused
from noroshi.words.time import SECOND

if TYPE_CHECKING:
    from fpdf import FPDF

LATIN: Final = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")
JAPANESE: Final = (
    "NotoSansCJK-Regular.ttc", "NotoSansJP-Regular.otf", "NotoSansJP-Regular.ttf",
    "NotoSansCJKjp-Regular.otf", "ipaexg.ttf", "ipag.ttf", "ipagp.ttf", "TakaoGothic.ttf",
    "VL-Gothic-Regular.ttf", "BIZUDGothic-Regular.ttf", "YuGothR.ttc", "msgothic.ttc",
    "ヒラギノ角ゴシック W3.ttc",
)  # fmt: skip
"""File names that are looked for, the first found being taken; of a collection its first font."""
NEEDED: Final = {"en": "Aé", "ja": "狼煙報告書あア。A"}
HINT: Final = (
    "Hint: install one (Debian: fonts-noto-cjk or fonts-ipafont-gothic), or name a file as "
    "[console] font"
)
_RESTRICTED: Final = 0x0002
"""OpenType OS/2 fsType, "Restricted License embedding": such a font may not go into a document."""
_MOST: Final = 4_000
"""Characters of one piece of text; what is longer is cut, and says so."""
_CELL: Final = 600
_LINES: Final = 8
"""The same of a cell of a table, which has to fit on a page, and its lines."""
_ACTING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
MARK: Final = "\ufffd"
"""Stands where something that acts on its reader stood."""
MARGIN: Final = 16.0
"""mm, on A4."""


class Heading(msgspec.Struct, frozen=True, tag=True):
    """A heading; `level` 1 is the document's own."""

    text: str
    level: int = 2


class Says(msgspec.Struct, frozen=True, tag=True):
    """A paragraph."""

    text: str
    strong: bool = False


class Table(msgspec.Struct, frozen=True, tag=True):
    """Rows under a head (which may be empty); `widths` are shares of the page."""

    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()


class Bars(msgspec.Struct, frozen=True, tag=True):
    """One axis with a bar [from, to] for each name, and what is written at its ends."""

    bars: tuple[tuple[str, float, float], ...]
    ends: tuple[str, str] = ("", "")


Block = Heading | Says | Table | Bars


class Document(msgspec.Struct, frozen=True):
    """What goes on paper. `label` stands on every sheet; `at` is µs UTC. `gaps` is what is said of
    `{n}` characters that could not be drawn."""

    title: str
    label: str
    language: str
    author: str
    at: int
    blocks: tuple[Block, ...]
    page: str = "{n} / {all}"
    gaps: str = "{n} ?"


class Font(NamedTuple):
    """A font file and the characters that it has."""

    path: Path
    has: frozenset[int]

    def covers(self, text: str) -> bool:
        """Whether it has every character of `text`."""
        return all(ord(each) in self.has for each in text)


def printed(document: Document, chosen: Path | None = None) -> bytes:
    """The document as PDF, with the font file `chosen` before those of the machine. Raises
    `Refused` where the library is not there, or no font has the language."""
    try:
        from fpdf import FPDF
        from fpdf.fonts import TTFFont
    except ImportError:
        raise Refused(
            "PDF takes a library that is not installed\nHint: pip install 'noroshi[pdf]'"
        ) from None
    fonts = _fonts(document.language, chosen)

    label = document.label if fonts else _latin(document.label)

    class Sheets(FPDF):
        """Pages with the label above and below."""

        def header(self) -> None:
            _label(self, label)
            self.ln(8)

        def footer(self) -> None:
            self.set_y(-18)
            _label(self, label)
            self.ln(7)
            self.set_font(size=8)
            number = document.page.format(n=self.page_no(), all="{nb}")
            self.cell(0, 4, number, align="C")

    pdf = Sheets(format="A4")
    _prepare(pdf, document, fonts)
    draw = _Drawing(pdf, fonts)
    for each in document.blocks:
        draw.block(each)
    if draw.gaps:
        draw.block(Says(document.gaps.format(n=f"{draw.gaps:,}"), strong=True))
    try:
        return bytes(pdf.output())
    finally:
        for font in pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()


def _prepare(pdf: FPDF, document: Document, fonts: Sequence[Font]) -> None:
    pdf.set_title(document.title)
    pdf.set_author(document.author)
    pdf.set_keywords(document.label)
    pdf.set_creator("noroshi")
    pdf.set_lang(document.language)
    pdf.set_creation_date(datetime.fromtimestamp(document.at // SECOND, UTC))
    pdf.set_margins(MARGIN, 12, MARGIN)
    pdf.set_auto_page_break(True, 24)
    for n, font in enumerate(fonts):
        pdf.add_font(f"f{n}", "", font.path)
    if fonts:
        pdf.set_fallback_fonts([f"f{n}" for n in range(1, len(fonts))], exact_match=False)
    pdf.set_font("f0" if fonts else "helvetica", size=9.5)
    pdf.add_page()


def _label(pdf: FPDF, label: str) -> None:
    pdf.set_font(size=10)
    pdf.set_draw_color(0)
    pdf.set_line_width(0.5)
    pdf.cell(0, 6, label, border=1, align="C")
    pdf.set_line_width(0.2)


def _latin(text: str) -> str:
    """What a PDF's own fonts have of a text (ISO 8859-1)."""
    return _plainly(text).encode("latin-1", "replace").decode("latin-1")


def _plainly(text: str) -> str:
    """Signs of ours as those fonts have them."""
    return text.translate({ord("→"): ">", ord("−"): "-", ord("–"): "-", ord("…"): "..."})


class _Drawing:
    """Blocks drawn one below the other."""

    def __init__(self, pdf: FPDF, fonts: Sequence[Font]) -> None:
        self._pdf, self._fonts = pdf, fonts
        self.gaps = 0
        """Characters that could not be drawn."""

    def text(self, text: str, most: int = _MOST) -> str:
        """What can be drawn of a text, without what acts on a reader."""
        more = f" … ({len(text):,})" if len(text) > most else ""
        shown = _ACTING.sub(MARK, text[:most]) + more
        if not self._fonts:
            drawn = _latin(shown)
            plain = _plainly(shown)
            self.gaps += sum(a not in (b, MARK) for a, b in zip(plain, drawn, strict=True))
            return drawn
        lacking = {each for each in shown if not self._drawn(each)}
        self.gaps += sum(each in lacking - {MARK} for each in shown)
        return "".join(self._gap if each in lacking else each for each in shown)

    def cell(self, text: str) -> str:
        """The same for a cell of a table, which has to fit on a page."""
        lines = self.text(text, _CELL).split("\n")
        return "\n".join((*lines[:_LINES], " ".join(lines[_LINES:]))).rstrip("\n")

    @property
    def _gap(self) -> str:
        return MARK if self._drawn(MARK) else "?"

    def _drawn(self, each: str) -> bool:
        return each in "\n\t" or any(ord(each) in font.has for font in self._fonts)

    def block(self, block: Block) -> None:
        """One block."""
        match block:
            case Heading():
                self._heading(block)
            case Says():
                self._pdf.set_font(size=11 if block.strong else 9.5)
                self._lines(block.text)
                self._pdf.ln(1)
            case Table():
                self._table(block)
            case Bars():
                self._bars(block)

    def _lines(self, text: str) -> None:
        height = self._pdf.font_size * 1.45
        self._pdf.multi_cell(0, height, self.text(text), new_x="LMARGIN", new_y="NEXT", align="L")

    def _heading(self, block: Heading) -> None:
        pdf = self._pdf
        size = {1: 17, 2: 12}.get(block.level, 10)
        if pdf.will_page_break(size * 2):
            pdf.add_page()
        pdf.ln(2 if block.level > 1 else 0)
        pdf.set_font(size=size)
        self._lines(block.text)
        if block.level > 1:
            pdf.set_draw_color(150)
            pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())
        pdf.ln(1)

    def _table(self, block: Table) -> None:
        pdf = self._pdf
        pdf.set_font(size=8.5)
        pdf.set_draw_color(190)
        pdf.set_fill_color(255)
        widths = block.widths or tuple(1.0 for _ in (block.head or block.rows[0]))
        rows = ((block.head, *block.rows) if block.head else block.rows) or ((),)
        with pdf.table(
            col_widths=widths, first_row_as_headings=bool(block.head), line_height=4.4,
            borders_layout="HORIZONTAL_LINES", text_align="LEFT", padding=(0.6, 1.2, 0.6, 0),
            headings_style=_plain(),
        ) as table:  # fmt: skip
            for each in rows:
                table.row([self.cell(one) for one in each])
        pdf.ln(2)

    def _bars(self, block: Bars) -> None:
        pdf = self._pdf
        low = min(min(each[1:]) for each in block.bars)
        high = max(max(each[1:]) for each in block.bars)
        span, left, wide = (high - low) or 1.0, pdf.l_margin + 62, pdf.epw - 62
        pdf.set_font(size=8.5)
        for name, one, other in block.bars:
            if pdf.will_page_break(6):
                pdf.add_page()
                pdf.set_font(size=8.5)
            y = pdf.get_y()
            pdf.cell(60, 5, _fitting(pdf, self.text(name), 60))
            pdf.set_fill_color(238)
            pdf.rect(left, y + 0.8, wide, 3.4, style="F")
            x0, x1 = (left + (each - low) / span * wide for each in sorted((one, other)))
            pdf.set_fill_color(70 if other >= one else 150)
            pdf.rect(x0, y + 0.8, max(0.7, x1 - x0), 3.4, style="F")
            pdf.set_y(y + 5.4)
        if any(block.ends):
            y = pdf.get_y()
            pdf.set_x(left)
            pdf.cell(wide / 2, 4, block.ends[0])
            pdf.cell(wide / 2, 4, block.ends[1], align="R")
            pdf.set_y(y + 5)
        pdf.ln(1)


def _plain() -> Any:
    """Heads of tables in the same face: a machine's fonts may have no other."""
    from fpdf import FontFace

    return FontFace(emphasis="", fill_color=232)


def _fitting(pdf: FPDF, text: str, wide: float) -> str:
    while text and pdf.get_string_width(text) > wide - 2:
        text = f"{text[:-2]}…" if len(text) > 2 else ""
    return text


def _fonts(language: str, chosen: Path | None) -> tuple[Font, ...]:
    """The fonts to draw with, the first before the others; none for what Latin-1 has."""
    if chosen is not None:
        if not chosen.is_file():
            raise Refused(f"no font {chosen}\n{HINT}")
        return (_read(chosen), *_found())
    found = _found()
    fit = [each for each in found if each.covers(NEEDED[language])]
    if not fit and language == "ja":
        raise Refused(f"no font of this machine has Japanese\n{HINT}")
    return (*fit[:1], *(each for each in found if each not in fit[:1]))


def _found() -> tuple[Font, ...]:
    """One font of the machine with Latin letters and one with Japanese, as far as there are."""
    files = _files(tuple(os.fspath(each) for each in _folders()))
    kinds = (LATIN, JAPANESE)
    named = (next((files[name] for name in names if name in files), None) for names in kinds)
    return tuple(_read(each) for each in named if each is not None)


def _folders() -> Iterator[Path]:
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", "C:\\Windows"), "Fonts")
        return
    home = Path.home()
    yield from (home / ".fonts", home / ".local/share/fonts", home / "Library/Fonts")
    yield from map(
        Path, ("/usr/local/share/fonts", "/usr/share/fonts", "/Library/Fonts",
               "/System/Library/Fonts"),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _files(folders: tuple[str, ...]) -> dict[str, Path]:
    wanted, found = {*LATIN, *JAPANESE}, dict[str, Path]()
    for folder in folders:
        for here, _, names in os.walk(folder):
            for name in wanted.intersection(names):
                path = Path(here, name)
                if name not in found and _allowed(path):
                    found[name] = path
    return found


def _allowed(path: Path) -> bool:
    """Whether the font can be read and says nothing against being in a document."""
    from fontTools.ttLib import TTFont

    try:
        with path.open("rb") as stream:
            table: Any = TTFont(stream, fontNumber=0, lazy=True)["OS/2"]
            return not table.fsType & _RESTRICTED
    except Exception:
        return False


@lru_cache(maxsize=4)
def _read(path: Path) -> Font:
    from fontTools.ttLib import TTFont

    try:
        with path.open("rb") as stream:
            has = TTFont(stream, fontNumber=0, lazy=True).getBestCmap()
    except Exception as problem:
        raise Refused(f"{path} is no font that can be used: {problem}\n{HINT}") from problem
    return Font(path, frozenset(has or ()))


def main() -> int:
    """Print the document that comes as JSON, in the font file named first, if one is."""
    document = msgspec.json.decode(sys.stdin.buffer.read(), type=Document)
    try:
        body = printed(document, Path(sys.argv[1]) if sys.argv[1:] else None)
    except Refused as problem:
        print(problem, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
