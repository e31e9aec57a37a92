"""Flag: the state that the first digits of an MMSI name.

The table of maritime identification digits is the ITU's (Radio Regulations, Appendix 43; Table of
Maritime Identification Digits). It names who gave the number to a transmitter, no more: a ship may
carry a wrong one, and a warship often carries none. States of the packaged registry only.
"""

from __future__ import annotations

from typing import Final

_DIGITS: Final[dict[str, str]] = {
    "ALB": "201", "AUS": "503", "AUT": "203", "BEL": "205", "BGR": "207", "BRN": "508",
    "CAN": "316", "CHE": "269", "CYP": "209 210 212", "CZE": "270", "DEU": "211 218",
    "DNK": "219 220", "ESP": "224 225", "EST": "276", "FIN": "230", "FJI": "520",
    "FRA": "226 227 228", "GBR": "232 233 234 235", "GHA": "627", "GRC": "237 239 240 241",
    "HRV": "238", "HUN": "243", "IDN": "525", "IND": "419", "IRL": "250", "ISL": "251",
    "ITA": "247", "JPN": "431 432", "KHM": "514 515", "KOR": "440 441", "LAO": "531",
    "LTU": "277", "LUX": "253", "LVA": "275", "MDA": "214", "MKD": "274",
    "MLT": "215 229 248 249 256", "MMR": "506", "MNE": "262", "MYS": "533", "NLD": "244 245 246",
    "NOR": "257 258 259", "NZL": "512", "PHL": "548", "PNG": "553", "POL": "261",
    "PRT": "204 255 263", "ROU": "264", "SGP": "563 564 565 566", "SVK": "267", "SVN": "278",
    "SWE": "265 266", "THA": "567", "TLS": "550", "TUR": "271", "UKR": "272",
    "USA": "303 338 366 367 368 369", "VNM": "574",
}  # fmt: skip

_STATES: Final = {each: code for code, digits in _DIGITS.items() for each in digits.split()}


def flag(subject: str) -> str | None:
    """The state of a subject such as `mmsi:431000001`; None where its digits name none here."""
    scheme, _, number = subject.partition(":")
    if scheme != "mmsi" or len(number) != 9 or not number.isdigit():
        return None
    return _STATES.get(number[:3])


def flies(code: str) -> bool:
    """Whether some MMSI can name the state `code`."""
    return code in _DIGITS
