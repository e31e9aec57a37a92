"""The verbs of desks (`noroshi sea crossed`): made of what each desk's `queries` declare, a third
party's as well as the built-in ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example
from noroshi.desks.registry import desks
from noroshi.words.desk import Answer, Desk, Option, Query
from noroshi.words.errors import NoroshiError


def add_queries(app: typer.Typer) -> dict[str, typer.Typer]:
    """A group for every desk that has queries, with a command for each; the groups by name."""
    groups: dict[str, typer.Typer] = {}
    try:
        found = desks()
    except (NoroshiError, ImportError):
        return groups  # what needs the desk says what is wrong with it; the others go on
    for desk in found.values():
        if not desk.queries:
            continue
        group = typer.Typer(help=_about(desk), no_args_is_help=True)
        for query in desk.queries:
            lines = (f"noroshi {desk.name} {query.name} {each}" for each in query.examples)
            group.command(query.name, help=query.help, epilog=example(*lines))(_command(query))
        app.add_typer(group, name=desk.name)
        groups[desk.name] = group
    return groups


def _about(desk: Desk) -> str:
    return f"Ask what the {desk.name} desk has found."


def _command(query: Query) -> Callable[..., None]:
    """A function that typer reads as it would one written by hand."""

    def run(node: Path, json: bool, **given: str | None) -> None:
        from noroshi.cli.show import print_json
        from noroshi.node.asking import ask
        from noroshi.node.node import Node

        with Node.open(node) as opened:
            answer = ask(opened, query, given)
        print_json(answer.value) if json else print_answer(answer)

    parameters = [_parameter(each) for each in query.options]
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters += [
        inspect.Parameter("node", kind, default=HERE, annotation=NodeOption),
        inspect.Parameter("json", kind, default=False, annotation=JsonOption),
    ]
    parameters.sort(key=lambda each: each.default is not inspect.Parameter.empty)
    run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _parameter(option: Option) -> inspect.Parameter:
    about: Any = typer.Option(f"--{option.name}", help=option.help)
    if option.positional:
        about = typer.Argument(help=option.help, metavar=option.name.upper())
    default: Any = option.default
    if option.required:
        default = inspect.Parameter.empty
    annotation = Annotated[str if option.required else str | None, about]
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def print_answer(answer: Answer) -> None:
    """The table of an answer, with the lines around it."""
    from noroshi.cli.show import say, table

    for line in answer.before:
        say(line)
    if answer.rows:
        table(list(answer.columns), [list(row) for row in answer.rows])
    for line in answer.after:
        say(line)
