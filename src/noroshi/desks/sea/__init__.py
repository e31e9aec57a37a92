"""The sea desk: AIS and tables of positions to stops, port visits, encounters and company.

In: NMEA sentences in any dialect, CSV and JSON-lines tracks, as sources that `feeds` opened.
Out: columns of kind `position` and `static`, rejected parts with their place, and findings of the
kinds in `kinds.toml`. `desk` is the entry point; importing it loads no numpy, pyais or h3.
"""

from noroshi.desks.sea.desk import Sea

desk = Sea()

__all__ = ["desk"]
