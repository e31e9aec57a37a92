"""Add up JUnit files and print the one line that says how many tests ran.

    python3 .ci/count.py RUN.xml…

Exit status 1 when a file cannot be read, when no test passed, or when any failed.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence


def count(paths: Sequence[str]) -> tuple[int, int, int]:
    """Passed, failed (errors included) and skipped over all suites in `paths`."""
    passed = failed = skipped = 0
    for path in paths:
        for suite in ElementTree.parse(path).iter("testsuite"):
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            left = int(suite.get("skipped", 0))
            passed += int(suite.get("tests", 0)) - bad - left
            failed += bad
            skipped += left
    return passed, failed, skipped


def main(paths: Sequence[str]) -> int:
    """Print the count; the exit status."""
    try:
        passed, failed, skipped = count(paths)
    except (OSError, ElementTree.ParseError) as problem:
        print(f"no count: {problem}", file=sys.stderr)
        passed, failed, skipped = 0, 1, 0
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
