"""The space desk: element sets and conjunction messages to approaches, manoeuvres and company.

In: OMM and CDM (JSON, XML, CSV, KVN), two- and three-line elements, SATCAT tables, as sources that
`feeds` opened. Out: columns of kind `elements`, `cdm` and `satcat`, rejected parts with their
place, and findings of the kinds in `kinds.toml`. `desk` is the entry point; importing it loads no
numpy.
"""

from noroshi.desks.space.desk import Space

desk = Space()

__all__ = ["desk"]
