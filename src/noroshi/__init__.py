"""noroshi (狼煙): the working backbone of a security partnership, where the pact is executed.

`import noroshi` loads nothing else; the command line is `noroshi --help`, the manual is in docs.
"""

__all__ = ["__version__"]
__version__ = "0.1.0"
