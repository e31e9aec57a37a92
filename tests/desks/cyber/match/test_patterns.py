"""STIX patterns against observed-data: cases from the standard, which the public matcher answers
in the same way but where `test_where_we_differ_from_the_matcher` says how and why."""

from __future__ import annotations

import pytest
from observing import SEEN, in_21, ours, seen, theirs, theirs_21

from noroshi.desks.cyber.match.pattern import Refused, bind, compiled, observations
from noroshi.desks.cyber.match.pattern.many import Patterns

# STIX 2.1 §9: an operator each, and its negation; references, lists, quoted keys, data types.
HOLD = (
    """
[file:name = 'resume.pdf']
[file:name == 'resume.pdf']
[file:name != 'resume.pdf']
[file:name <> 'no such']
[file:name NOT = 'no such']
[file:size > 2499]
[file:size >= 2500 AND file:size <= 2500]
[file:size < 8.0]
[file:size = 2500.0]
[file:name > 'resume.pd']
[file:name IN ('a', 'resume.pdf')]
[file:size IN (1, 7.5)]
[file:name NOT IN ('resume.pdf')]
[file:name LIKE 'res%.p_f']
[file:name LIKE 'ABCDE%']
[file:name NOT LIKE 'res%']
[file:name MATCHES 'me\\\\\\\\.p.f$']
[file:name NOT MATCHES '^[A-Z]+']
[file:hashes.MD5 = '22a0fb8f']
[file:hashes.'SHA-256' = 'bf07a7fb']
[file:'hashes'.'SHA-256' = 'bf07a7fb']
[file:extensions.'pdf-ext'.version = '1.7']
[file:content_ref.mime_type = 'application/zip']
[file:parent_directory_ref.path = '/tmp/wörk']
[directory:contains_refs[0].name = 'resume.pdf']
[directory:contains_refs[*].name = 'ABCDE%F.exe']
[directory:contains_refs[*].parent_directory_ref.path LIKE '/tmp/%']
[network-traffic:src_ref.value = '198.51.100.3' AND network-traffic:src_port = 443]
[network-traffic:src_ref.resolves_to_refs[*].value = 'd2:fb:49:24:37:18']
[network-traffic:protocols[*] = 'tcp']
[network-traffic:protocols[2] = 'tls']
[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'[0] LIKE 'curl/%']
[ipv4-addr:value ISSUBSET '198.51.100.0/24']
[ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']
[network-traffic:dst_ref.value ISSUPERSET '203.0.113.7']
[ipv4-addr:value ISSUBSET '203.0.113.0/25']
[file:mtime = t'2026-03-01T10:00:00.500Z']
[file:mtime > t'2026-03-01T10:00:00Z']
[file:magic_number_hex = h'504B']
[artifact:payload_bin = b'UEsDBA==']
[artifact:payload_bin = 'PK\\u0003\\u0004']
[artifact:payload_bin MATCHES '^PK']
[file:is_odd = true]
[file:name = 'x' OR file:size = 2500 AND file:name = 'resume.pdf']
[(file:name = 'x' OR file:size = 2500) AND file:name = 'resume.pdf']
[file:name = 'resume.pdf'] AND [file:name = 'other']
[file:name = 'other'] FOLLOWEDBY [file:name = 'other']
[file:name = 'resume.pdf'] FOLLOWEDBY [file:name = 'other']
[file:name = 'nope'] OR [file:name = 'other']
[file:name = 'resume.pdf' /* a comment */] // and another
([file:name = 'resume.pdf'] AND [file:name = 'other']) WITHIN 60 SECONDS
[file:name = 'other'] REPEATS 3 TIMES
[file:name = 'other'] REPEATS 3 TIMES WITHIN 31 SECONDS
[file:name = 'resume.pdf'] START t'2026-03-01T10:00:00Z' STOP t'2026-03-01T10:00:01Z'
""".encode()
    .decode("unicode_escape")
    .encode("latin-1")
    .decode()
    .strip()
    .splitlines()
)

HOLD_NOT = """
[file:name = 'RESUME.PDF']
[file:size = '2500']
[file:is_odd = 1]
[file:size = true]
[file:name > 5]
[file:name IN ()]
[file:name LIKE 'res']
[file:name LIKE '_resume.pdf']
[file:name MATCHES '^esume']
[file:hashes.MD5 = '22A0FB8F']
[directory:contains_refs[2].name = 'resume.pdf']
[directory:contains_refs[-1].name = 'resume.pdf']
[directory:contains_refs[-2].name = 'resume.pdf']
[network-traffic:src_ref = '198.51.100.3']
[network-traffic:protocols = 'tcp']
[file:name = 'resume.pdf' AND file:size = 7.5]
[ipv4-addr:value ISSUBSET '198.51.100.4/32']
[network-traffic:dst_ref.value ISSUPERSET '203.0.113.0/25']
[file:mtime < t'2026-03-01T10:00:00.5Z']
[file:magic_number_hex = h'504C']
[file:name = 'resume.pdf'] AND [file:name = 'resume.pdf']
[file:name = 'other'] FOLLOWEDBY [file:name = 'resume.pdf']
([file:name = 'resume.pdf'] AND [file:name = 'other']) WITHIN 9 SECONDS
[file:name = 'other'] REPEATS 4 TIMES
[file:name = 'other'] REPEATS 3 TIMES WITHIN 29 SECONDS
[file:name = 'resume.pdf'] START t'2026-03-01T09:00:00Z' STOP t'2026-03-01T10:00:00Z'
[file:name = 'resume.pdf'] START t'2026-03-01T10:00:01Z' STOP t'2026-03-01T10:00:00Z'
[url:value = 'resume.pdf']
""".strip().splitlines()


@pytest.mark.parametrize("pattern", [*HOLD, *HOLD_NOT])
def test_a_case_from_the_standard(pattern: str) -> None:
    expected = pattern in HOLD
    assert (ours(pattern, SEEN) is not None) == expected
    assert (compiled(pattern).binding(observations(in_21(SEEN))) is not None) == expected
    assert [bool(each) for each in Patterns([pattern]).matches(observations(SEEN))] == (
        [True] if expected else []
    )
    assert theirs(pattern, SEEN) == expected
    assert theirs_21(pattern, SEEN) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        # EXISTS came with 2.1 (§9.6); stix2-matcher 3.0.0 does not know it.
        ("[EXISTS file:hashes.MD5]", True),
        ("[EXISTS file:hashes.'SHA-1']", False),
        ("[EXISTS directory:contains_refs[1]]", True),
        ("[file:name = 'resume.pdf' AND EXISTS file:content_ref.payload_bin]", True),
    ],
)
def test_exists(pattern: str, expected: bool) -> None:
    assert (ours(pattern, SEEN) is not None) == expected


DIFFERS = {
    # They know IPv4 only, and give an error for anything else.
    "[ipv6-addr:value ISSUBSET '2001:db8::/32']": True,
    "[file:name ISSUBSET '10.0.0.0/8']": False,
    # `true in {1}` holds in Python; §9.6 compares values of one type.
    "[file:is_odd IN (1)]": False,
    # What is no base 64, or no timestamp, is nothing to compare with; they give an error.
    "[file:name > t'2026-03-01T10:00:00Z']": False,
    # Perl's classes are of ASCII unless asked for otherwise; Python's are not.
    "[directory:path MATCHES 'w\\\\w+k']": False,
    "[directory:path MATCHES 'w.rk']": True,
}


@pytest.mark.parametrize("pattern", DIFFERS)
def test_where_we_differ_from_the_matcher(pattern: str) -> None:
    assert (ours(pattern, SEEN) is not None) == DIFFERS[pattern]


def test_like_takes_a_line_end_for_a_character_where_the_matcher_does_not() -> None:
    data = [seen({"0": {"type": "file", "name": "a\nb"}})]
    assert ours("[file:name LIKE 'a%b']", data) == (0,)
    assert not theirs("[file:name LIKE 'a%b']", data)
    data = [seen({"0": {"type": "file", "name": "a\n"}})]
    assert ours("[file:name LIKE 'a']", data) is None
    assert theirs("[file:name LIKE 'a']", data)


REFUSED = {
    "": "expected",
    "[]": "expected word",
    "[file:name]": "a comparison operator",
    "[file:name = 'a'": "expected ]",
    '[file:name = "a"]': "nothing that is known here",
    "[file:name = 'a\\b']": "nothing that is known here",
    "[file:na-me = 'a']": "quoted where it has a hyphen",
    "[file:name LIKE 5]": "expected string",
    "[file:size > true]": "have no order",
    "[file:size IN (1, 'a')]": "more than one type",
    "[file:size IN (1, true)]": "more than one type",
    "[file:name = 'a'] REPEATS 0 TIMES": "expected 1 to",
    "[file:name = 'a'] WITHIN 0 SECONDS": "expected a positive duration",
    "[file:name = 'a'] START t'2026-02-30T00:00:00Z' STOP t'2026-03-01T00:00:00Z'": "RFC 3339",
    "[file:name = b'A']": "not base 64",
    "[file:name MATCHES '(a+)+\\\\1']": "not compiled in linear time",
    "[file:name MATCHES '(?=a)b']": "not compiled in linear time",
    "[file:name MATCHES '((a{1000}){1000}){10}']": "not compiled in linear time",
    "(" * 100 + "[file:name = 'a']" + ")" * 100: "brackets within one another",
    "[file:name = 'a']" + " REPEATS 1 TIMES" * 99: "qualifiers one after the other",
}


@pytest.mark.parametrize("pattern", REFUSED)
def test_is_refused_with_the_reason(pattern: str) -> None:
    with pytest.raises(Refused, match=REFUSED[pattern]):
        compiled(pattern)


def test_an_expression_that_goes_back_for_ever_elsewhere_takes_no_time_here() -> None:
    data = [seen({"0": {"type": "file", "name": "a" * 50_000 + "!"}})]
    assert ours("[file:name MATCHES '^(a+)+$']", data) is None


def test_ways_without_number_end_undecided() -> None:
    data = [seen({"0": {"type": "file", "name": "a"}}, second) for second in range(40)]
    pattern = compiled(
        "([file:name = 'a'] REPEATS 30 TIMES) START t'2026-03-01T10:00:31Z' STOP "
        "t'2026-03-01T11:00:00Z'"
    )
    with pytest.raises(bind.Undecided):
        pattern.binding(observations(data))
    many = Patterns([pattern.text, "[file:name = 'a'] REPEATS 30 TIMES WITHIN 29 SECONDS"])
    assert [each.pattern for each in many.matches(observations(data))] == [1]
    assert set(many.undecided) == {0}


def test_a_great_number_observed_is_not_counted_out() -> None:
    data = [seen({"0": {"type": "file", "name": "a"}}, number=10**12)]
    assert ours("[file:name = 'a'] REPEATS 9999 TIMES", data) == (0,)


@pytest.mark.parametrize("break_", ["first_observed", "number_observed"])
def test_observed_data_that_cannot_be_understood_is_named(break_: str) -> None:
    with pytest.raises(ValueError, match="observed-data--b67d30ff"):
        observations([{**SEEN[0], break_: "soon"}])


def named(name: str, second: int) -> object:
    return seen({"0": {"type": "file", "name": name}}, second)


def test_what_follows_may_be_at_the_same_instant() -> None:
    data = [named("a", 5), named("b", 5)]
    for pattern in ("[file:name = 'a'] FOLLOWEDBY [file:name = 'b']",
                    "[file:name = 'b'] FOLLOWEDBY [file:name = 'a']"):  # fmt: skip
        assert ours(pattern, data) == (0, 1)
        assert theirs(pattern, data)


def test_what_repeats_shares_no_observation() -> None:
    pattern = "([file:name = 'a'] AND [file:name = 'b']) REPEATS 2 TIMES"
    data = [named("a", 1), named("b", 2), named("b", 3)]
    assert ours(pattern, data) is None
    assert not theirs(pattern, data)
    assert ours(pattern, [*data, named("a", 4)]) == (0, 1, 2, 3)
