"""The page's files as they were built, and the headers that keep the page to itself."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

STATIC: Final = Path(__file__).parent / "static"
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy (W3C CSP3): nothing inline and nothing from anywhere else."""
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-frame-options": "DENY",
}
MISSING: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>noroshi</title>
<h1>The page was not built</h1>
<p>This installation has no page: Node.js or its registry could not be reached while it was built.
TAXII, the command line and the console's API work all the same.</p>
<p>Install again where they can be reached, or from a wheel, which carries the page:
<code>pip install --force-reinstall --no-deps .</code></p></html>
"""


_MEDIA: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


class Page(NamedTuple):
    """A file: its bytes gzipped, its media type, and whether its name says what is in it, so that
    it may be kept for ever."""

    packed: bytes
    media: str
    lasting: bool


def built() -> bool:
    """Whether the page is there."""
    return (STATIC / "index.html.gz").is_file()


@lru_cache(maxsize=64)
def file(name: str, folder: Path = STATIC) -> Page | None:
    """The built file of this name; None where there is none. Nothing outside the folder is."""
    if "\0" in name:
        return None
    path = (folder / f"{name}.gz").resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return None
    media = _MEDIA.get(Path(name).suffix, "application/octet-stream")
    return Page(path.read_bytes(), media, path.parent.name == "assets")
