"""`[[peer]]` tables are changed, and the rest of the file is what it was."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.config.editing import changed_peer, edit, with_peer, without_peer
from noroshi.words.errors import BadConfig

FILE = """\
# Our node.
[node]
party = "JPN"   # us

[[peer]]  # the union
party = "EU"
# rang them on Monday
public_key = "aa"  # "compared" # twice
rights = [
  "one",  # why
  "two",
]

# Korea is next.
[[peer]]
party = "KOR"
url = "https://kor.example/"

[serve]
listen = "127.0.0.1:0"
"""


def test_a_peer_is_added_at_the_end() -> None:
    made = with_peer(FILE, {"party": "IND", "password": {"file": "a b"}}, "compared")
    assert made.startswith(FILE)
    assert made.endswith('\n[[peer]]  # compared\nparty = "IND"\npassword = { file = "a b" }\n')
    assert tomllib.loads(made)["peer"][2] == {"party": "IND", "password": {"file": "a b"}}


def test_keys_are_changed_and_added_where_they_belong() -> None:
    made = changed_peer(FILE, "EU", {"public_key": "bb", "url": "https://eu.example/"})
    assert made == FILE.replace(
        'public_key = "aa"  # "compared" # twice', 'public_key = "bb"  # "compared" # twice'
    ).replace('  "two",\n]\n', '  "two",\n]\nurl = "https://eu.example/"\n')


def test_a_peer_is_taken_out_with_its_own_lines_alone() -> None:
    left, taken = without_peer(FILE, "EU")
    assert taken.startswith("[[peer]]  # the union\n")
    assert taken.endswith('  "two",\n]\n')
    assert left == FILE.replace(taken + "\n", "")
    assert "# Korea is next." in left
    again, _ = without_peer(left, "KOR")
    assert again == '# Our node.\n[node]\nparty = "JPN"   # us\n\n# Korea is next.\n' + (
        '\n[serve]\nlisten = "127.0.0.1:0"\n'
    )


def test_added_and_taken_out_again_leaves_the_file_as_it_was() -> None:
    made = with_peer(FILE, {"party": "IND", "url": "https://ind.example/"})
    assert without_peer(made, "IND")[0].rstrip() == FILE.rstrip()


@pytest.mark.parametrize(
    "text",
    ['peer = [{ party = "EU" }]\n', '[[peer]]\nparty = "EU"\npublic_key = """\na\n"""\n'],
    ids=["inline", "over lines"],
)
def test_what_cannot_be_changed_safely_is_left_alone(text: str) -> None:
    with pytest.raises(BadConfig, match="nothing was written"):
        changed_peer(text, "EU", {"public_key": "bb"})


def test_an_unknown_peer_is_named() -> None:
    with pytest.raises(BadConfig, match=r"no \[\[peer\]\] FRA"):
        without_peer(FILE, "FRA")


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
lines = st.sampled_from(["", "# a note", "   # [[peer]]", "\t"])
keys = st.dictionaries(st.sampled_from(["url", "mode", "every", "public_key"]), texts, max_size=4)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str]]:
    parties = draw(st.lists(st.sampled_from(["EU", "KOR", "IND", "FRA"]), min_size=1, unique=True))
    text = "\n".join(['[node]\nparty = "JPN"', *draw(st.lists(lines, max_size=2))]) + "\n"
    for party in parties:
        block = draw(keys)
        text = with_peer(text, {"party": party, **block}, draw(st.sampled_from(["", "x # y"])))
        text += "".join(f"{each}\n" for each in draw(st.lists(lines, max_size=3)))
        if draw(st.booleans()):
            text += f"[desk.{party.lower()}]\nnumber = 1\n"
    return text, parties


@given(files(), keys, st.data())
def test_tomllib_reads_what_was_meant(
    made: tuple[str, list[str]], changes: dict[str, str], data: st.DataObject
) -> None:
    text, parties = made
    party = data.draw(st.sampled_from(parties))
    before = tomllib.loads(text)
    after = tomllib.loads(changed_peer(text, party, changes))
    for each in before["peer"]:
        each |= changes if each["party"] == party else {}
    assert after == before
    left, taken = without_peer(text, party)
    assert [each["party"] for each in tomllib.loads(left).get("peer", [])] == [
        each for each in parties if each != party
    ]
    assert tomllib.loads(taken)["peer"][0]["party"] == party
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    kept = [line for line in left.splitlines() if line.lstrip().startswith("#")]
    assert kept == comments


def test_the_file_keeps_its_rights_and_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "node.toml"
    file.write_bytes(b'# x\r\n[node]\r\nparty = "JPN"\r\n')
    file.chmod(0o640)
    edit(file, lambda text: with_peer(text, {"party": "EU"}))
    assert file.read_bytes() == (
        b'# x\r\n[node]\r\nparty = "JPN"\r\n\r\n[[peer]]\r\nparty = "EU"\r\n'
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["node.toml"]
