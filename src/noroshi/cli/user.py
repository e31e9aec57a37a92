"""`noroshi user` and `noroshi console`: the people who look, and the page that they look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.console.users import Role

user_app = typer.Typer(
    help="People who may sign in to the console, and what each may do there.",
    no_args_is_help=True,
)
RoleOption = Annotated[str, typer.Option(help="viewer, analyst, releaser or administrator.")]


@user_app.command(
    "add", epilog=example("noroshi user add watch --role analyst --password-file pw --node ./jpn")
)
def add(
    name: Annotated[str, typer.Argument(help="Name of the person: made when not there.")],
    role: RoleOption = "viewer",
    password_file: Annotated[
        Path | None, typer.Option(help="Their password; a link that works once when none.")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Let somebody sign in to the console, or change their role or password.

    A viewer looks, an analyst also asks what would be, a releaser also sends and takes back, an
    administrator also changes users. A running `serve` takes it up at once.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.config import load_settings
    from noroshi.console import users
    from noroshi.node.node import clock

    settings = load_settings(node)
    password = password_file.read_text("utf-8").strip() if password_file else None
    user = users.put(settings, name, _role(role), password, clock())
    token = None if user.argon2 else users.link(settings, name, clock())
    if json:
        print_json({"name": user.name, "role": user.role, "token": token})
        return
    say(f"{user.name} is {user.role}")
    if token:
        say(f"  signs in once, within ten minutes, at ADDRESS/console/#token={token}")


@user_app.command("link", epilog=example("noroshi user link watch --node ./jpn"))
def link(
    name: Annotated[str, typer.Argument(help="Name of the person.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Make a link that signs somebody in once, within ten minutes."""
    from noroshi.cli.show import print_json, say
    from noroshi.config import load_settings
    from noroshi.console import users
    from noroshi.node.node import clock

    token = users.link(load_settings(node), name, clock())
    print_json({"token": token}) if json else say(f"ADDRESS/console/#token={token}")


@user_app.command("remove", epilog=example("noroshi user remove watch --node ./jpn"))
def remove(
    name: Annotated[str, typer.Argument(help="Name of the person.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Let somebody in no longer; who is signed in is signed out."""
    from noroshi.cli.show import print_json, say
    from noroshi.config import load_settings
    from noroshi.console import users

    users.remove(load_settings(node), name)
    print_json({"removed": name}) if json else say(f"{name} may no longer sign in")


@user_app.command("list", epilog=example("noroshi user list --node ./jpn"))
def list_(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """List who may sign in, and as what."""
    from noroshi.cli.show import print_json, say
    from noroshi.config import load_settings
    from noroshi.console import users

    found = users.read(load_settings(node)).users
    if json:
        print_json([{"name": each.name, "role": each.role} for each in found])
        return
    for each in found:
        say(f"{each.name}  {each.role}{'' if each.argon2 else '  (by link only)'}")
    if not found:
        say("Nobody may sign in. Hint: noroshi user add NAME --role administrator")


@user_app.command("acts", epilog=example("noroshi user acts --verify --node ./jpn"))
def acts(
    node: NodeOption = HERE,
    verify: Annotated[
        bool, typer.Option("--verify", help="Walk the chain: is every line as it was written?")
    ] = False,
    limit: Annotated[int, typer.Option(help="At most this many.", min=1)] = 50,
    json: JsonOption = False,
) -> None:
    """List what people did in the console, newest first."""
    from noroshi.cli.show import print_json, say
    from noroshi.config import load_settings
    from noroshi.console.acts import Acts
    from noroshi.words.time import format_instant

    journal = Acts(load_settings(node))
    if verify:
        count = journal.verify()
        print_json({"acts": count}) if json else say(f"{count} acts, each as it was written")
        return
    rows = journal.latest(limit)
    if json:
        print_json(rows)
        return
    for each in rows:
        about = ", ".join(f"{name} {value}" for name, value in each.about.items())
        say(f"{each.n:>5}  {format_instant(each.at)}  {each.who}  {each.what}  {about}")
    if not rows:
        say("Nobody did anything yet.")


def _role(text: str) -> Role:
    from noroshi.console.users import ROLES
    from noroshi.words.errors import BadInput

    for each in ROLES:
        if each == text:
            return each
    raise BadInput("--role", "no such role", found=text, expected=", ".join(ROLES))
