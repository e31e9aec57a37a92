"""The command line: a thin shell over the library; heavy imports stay inside the commands.

Exit codes: 0 done; 1 refused or failed, with the reason on standard error; 2 wrong usage;
3 done, but a part of the input could not be read; 4 withheld (`why`);
5 something is decided differently (`pact diff`).
"""

from noroshi.cli.app import app, main

__all__ = ["app", "main"]
