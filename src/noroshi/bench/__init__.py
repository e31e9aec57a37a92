"""What noroshi does in a second, each figure beside its peer in the same run.

In: the sample data of the package. Out: `run(areas, quick)` gives `Row`s, `print_rows` prints them.
A case is data (`case.Case`); a peer is a script in `peers/`, run by the interpreter of an
environment of its own that is made on first use. Figures are ratios: the machines are noisy.
"""

from noroshi.bench.case import Case, Row
from noroshi.bench.report import print_rows
from noroshi.bench.run import AREAS, run

__all__ = ["AREAS", "Case", "Row", "print_rows", "run"]
