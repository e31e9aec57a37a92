"""The manual says what the program does: every command, key, kind and route has its heading."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import typer.main
from rich.text import Text

from noroshi.cli.app import app
from noroshi.config import Config
from noroshi.desks.registry import desks
from noroshi.pact.format import File

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
ROUTES = (
    "/taxii2/",
    "/api/",
    "/api/collections/",
    "/api/collections/{id}/",
    "/api/collections/{id}/manifest/",
    "/api/collections/{id}/objects/",
    "/api/collections/{id}/objects/{object-id}/",
    "/api/collections/{id}/objects/{object-id}/versions/",
)
"""TAXII 2.1 (OASIS Standard, 10 June 2021), sections 4 and 5, as far as a read-only view has it."""


def headings(page: str) -> list[str]:
    """The headings of a page, without their marks."""
    text = (DOCS / page).read_text("utf-8")
    return re.findall(r"^#{1,6} +(.+?) *$", text, re.MULTILINE)


def sections(page: str) -> dict[str, str]:
    """Heading → what stands below it, up to the next heading."""
    parts = re.split(r"^#{1,6} +(.+?) *$", (DOCS / page).read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def commands() -> Iterator[tuple[str, Any]]:
    """Every command of the program that does something, by its full name."""

    def below(group: Any, path: str) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from below(command, f"{path} {name}")
            else:
                yield f"{path} {name}", command

    return below(typer.main.get_command(app), "noroshi")


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_heading_and_an_example(name: str) -> None:
    command = COMMANDS[name]
    assert name in headings("cli.md")
    assert command.help, f"{name} does not say what it does"
    assert re.search(rf"^.*\$.* {name}\b", command.epilog or "", re.MULTILINE)
    assert [each.name for each in command.params if not getattr(each, "help", "")] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_no_word_of_a_help_in_brackets_is_lost(name: str) -> None:
    """The terminal takes `[word]` for a style, and prints nothing."""
    command = COMMANDS[name]
    texts = [command.help, *(getattr(each, "help", "") for each in command.params)]
    for text in texts:
        assert Text.from_markup(text).plain == text.replace("\\[", "[")


def test_the_page_of_commands_is_the_help_of_today() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "paste_help.py"), "--print"]
    done = subprocess.run(tool, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    hint = "run: python tools/paste_help.py"
    assert (DOCS / "cli.md").read_text("utf-8") == done.stdout, hint


def tables() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Heading, name and keys of every table of node.toml that has fixed keys."""
    for field in msgspec.structs.fields(Config):
        inner = [each for each in get_args(field.type) if isinstance(each, type)]
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield f"`[{field.name}]`", field.name, field.type.__struct_fields__
        elif inner and issubclass(inner[0], msgspec.Struct):
            yield f"`[[{field.name}]]`", field.name, inner[0].__struct_fields__


TABLES = {name: (heading, keys) for heading, name, keys in tables()}


@pytest.mark.parametrize("table", TABLES)
def test_every_key_of_the_configuration_is_explained(table: str) -> None:
    heading, keys = TABLES[table]
    found = sections("configuration.md")
    assert heading in found
    named = set(re.findall(r"`([a-z_]+)`", found[heading]))
    assert set(keys) - named == set()


def agreement_tables() -> Iterator[tuple[str, str]]:
    """(heading or "", key) of every key that an agreement file may have, at any depth."""
    seen: set[type] = set()
    waiting: list[tuple[str, type]] = []
    for field in msgspec.structs.fields(File):
        inner = structs_in(field.type)
        name = field.encode_name
        heading = "" if not inner else f"[{name}]" if inner == [field.type] else f"[[{name}]]"
        yield heading, field.encode_name
        waiting += [(heading, each) for each in inner]
    while waiting:
        heading, each = waiting.pop()
        if each not in seen:
            seen.add(each)
            for field in msgspec.structs.fields(each):
                yield heading, field.encode_name
                waiting += [(heading, inner) for inner in structs_in(field.type)]


def structs_in(kind: Any) -> list[type]:
    """The agreement's own table types that a field's type mentions."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind] if kind.__module__.startswith(File.__module__.rpartition(".")[0]) else []
    return [each for argument in get_args(kind) for each in structs_in(argument)]


def test_every_key_of_an_agreement_is_explained() -> None:
    found = headings("pact.md")
    text = (DOCS / "pact.md").read_text("utf-8")
    wanted = sorted(set(agreement_tables()))
    tables = {heading for heading, _ in wanted if heading}
    assert [table for table in sorted(tables) if not any(table in each for each in found)] == []
    assert [key for _, key in wanted if not re.search(rf"`[^`\n]*\b{key}\b", text)] == []


@pytest.mark.parametrize("name", desks())
def test_every_desk_explains_its_kinds_and_settings(name: str) -> None:
    desk = desks()[name]
    named = {heading.strip("`") for heading in headings(f"{name}.md")}
    settings = getattr(desk.parameters({}), "__struct_fields__", ())
    assert {*desk.kinds, *settings} - named == set()


@pytest.mark.parametrize("route", ROUTES)
def test_every_taxii_route_has_its_heading(route: str) -> None:
    assert any(route in heading.split() for heading in headings("taxii.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    pages = [page.name for page in DOCS.glob("*.md") if page.name != "index.md"]
    assert [page for page in pages if f"]({page})" not in index] == []


def test_decisions_are_numbered_and_say_what_would_change_them() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(record.name[:3]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        found = re.findall(r"^## (.+)$", record.read_text("utf-8"), re.MULTILINE)
        assert found == ["Context", "Choice", "What would change our mind"], record.name


@pytest.mark.shared
def test_the_design_here_is_the_design_of_record(shared: Path) -> None:
    assert (DOCS / "design.md").read_text("utf-8") == (shared / "design.md").read_text("utf-8")


def test_the_design_has_the_words_of_the_contracts() -> None:
    text = (DOCS / "design.md").read_text("utf-8")
    words = (
        "party", "agreement", "pillar", "label, strand", "grant", "consent", "variant", "record",
        "view, view journal", "source, lineage", "evidence", "finding", "asset", "release",
        "transform", "audience", "node, peer", "ledger", "desk",
    )  # fmt: skip
    assert [word for word in words if f"| {word} |" not in text] == []


def test_readme_has_its_two_lines() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("python3 -m venv .venv && ")]
    assert [line.rpartition("/")[2] for line in lines] == ["noroshi demo", "pytest"]
    assert all("-c constraints.txt" in line for line in lines)
    assert len(text.split("```")[0].strip().splitlines()) <= 16
