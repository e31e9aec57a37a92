"""`noroshi account`: who may call in, and what each proves itself with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from noroshi.cli.options import FAILED, HERE, JsonOption, NodeOption, example

account_app = typer.Typer(
    help="Accounts of machines that call in: tokens, passwords, pinned certificates.",
    no_args_is_help=True,
)

ExpiresOption = Annotated[
    str | None, typer.Option(help="Until when: an instant (RFC 3339), or from now on (P90D).")
]
CertificateOption = Annotated[
    Path | None, typer.Option("--certificate", help="A certificate in PEM, whose key is pinned.")
]


@account_app.command(
    "add",
    epilog=example(
        "noroshi account add eu --party EU --node ./jpn",
        "noroshi account add press --collection open --read-only --expires P90D --node ./jpn",
        "noroshi account add eu --certificate eu-node.pem --node ./jpn",
    ),
)
def add(
    name: Annotated[str, typer.Argument(help="Name of the account: made when not there.")],
    node: NodeOption = HERE,
    party: Annotated[
        str | None, typer.Option(help="The party it calls in for, whose view it finds.")
    ] = None,
    password: Annotated[bool, typer.Option("--password", help="A password for Basic.")] = False,
    password_file: Annotated[
        Path | None, typer.Option(help="That password; a random one when none is named.")
    ] = None,
    certificate: CertificateOption = None,
    pin: Annotated[
        str | None, typer.Option(help="sha256:… of a key whose certificate client_ca signs.")
    ] = None,
    collection: Annotated[
        list[str] | None, typer.Option(help="Of a token: only this one, by id or alias. Repeats.")
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Of a token: nothing is added or deleted.")
    ] = False,
    expires: ExpiresOption = None,
    note: Annotated[str, typer.Option(help="What it is for, for whoever reads the list.")] = "",
    json: JsonOption = False,
) -> None:
    """Give an account a token, or a password, or pin its certificate.

    A token or password is printed once and kept as a hash only. A running `serve` takes it up
    within seconds.
    """
    from noroshi.cli.credentials import print_given, until
    from noroshi.cli.show import print_json
    from noroshi.config import load_settings
    from noroshi.exchange.credentials import Limits
    from noroshi.node import credentials
    from noroshi.node.node import clock
    from noroshi.words.errors import BadInput
    from noroshi.words.party import packaged_parties

    wanted = [password or password_file is not None, certificate is not None, pin is not None]
    if sum(wanted) > 1:
        raise BadInput("account", "expected one of --password, --certificate and --pin")
    if any(wanted) and (collection or read_only):
        raise BadInput("account", "--collection and --read-only are limits of a token")
    settings = load_settings(node)
    if party is not None:
        packaged_parties().extended(settings.config.party).get(party)
    now = clock()
    kind: Literal["token", "password", "certificate"] = "token"
    if any(wanted):
        kind = "password" if wanted[0] else "certificate"
    limits = Limits(tuple(collection) if collection else None, read_only)
    wish = credentials.Wish(
        kind=kind,
        expires=until(expires, now),
        note=note,
        password=password_file.read_text("utf-8").strip() if password_file else None,
        certificate=certificate.read_text("utf-8") if certificate else pin,
        limits=limits if limits != Limits() else None,
    )
    given = credentials.add(settings, name, party, wish, now)
    if json:
        print_json(given)
    else:
        print_given(given)


@account_app.command("list", epilog=example("noroshi account list --node ./jpn"))
def list_(
    node: NodeOption = HERE,
    every: Annotated[bool, typer.Option("--all", help="Also what is revoked or expired.")] = False,
    json: JsonOption = False,
) -> None:
    """List accounts with what each proves itself with, never the secrets."""
    from noroshi.cli.credentials import print_accounts
    from noroshi.cli.show import print_json
    from noroshi.config import load_settings
    from noroshi.node import credentials
    from noroshi.node.node import clock

    rows = credentials.rows(load_settings(node), clock())
    shown = [row for row in rows if every or row.state in ("live", "none")]
    if json:
        print_json(shown)
    else:
        print_accounts(shown, len(rows) - len(shown))


@account_app.command(
    "revoke",
    epilog=example(
        "noroshi account revoke 3f9a2c41 --node ./jpn", "noroshi account revoke press --node ./jpn"
    ),
)
def revoke(
    which: Annotated[str, typer.Argument(help="Id of a credential, or an account: all of its.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """End a credential, or all of an account. A running `serve` refuses it within seconds."""
    from noroshi.cli.show import print_json, say
    from noroshi.config import load_settings
    from noroshi.node import credentials
    from noroshi.node.node import clock

    ended = credentials.revoke(load_settings(node), which, clock())
    if json:
        print_json(ended)
    else:
        for row in ended:
            say(f"Revoked: {row.kind} {row.id} of {row.account}")
        if not ended:
            say(f"{which}: nothing was in force")
    if not ended:
        raise typer.Exit(FAILED)


@account_app.command(
    "rotate", epilog=example("noroshi account rotate 3f9a2c41 --grace P1D --node ./jpn")
)
def rotate(
    which: Annotated[str, typer.Argument(help="Id of a credential, or an account with one.")],
    node: NodeOption = HERE,
    grace: Annotated[
        str | None, typer.Option(help="How long the old one still counts: PT1H. Not a password.")
    ] = None,
    certificate: CertificateOption = None,
    json: JsonOption = False,
) -> None:
    """Exchange a credential for a new one of the same kind, limits and length of life."""
    from noroshi.cli.credentials import print_given, span
    from noroshi.cli.show import print_json
    from noroshi.config import load_settings
    from noroshi.node import credentials
    from noroshi.node.node import clock

    given = credentials.rotate(
        load_settings(node),
        which,
        clock(),
        grace=span(grace),
        certificate=certificate.read_text("utf-8") if certificate else None,
    )
    if json:
        print_json(given)
    else:
        print_given(given)
