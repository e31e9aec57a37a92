"""Indicators against logs and observations: what of our own was seen in what we watch.

In: `entry.Entry` (an indicator's value or STIX pattern), `lists.WarningList` (what is no finding),
and logs as byte streams. Out: `entry.Match`, each with the line that it stands on, and a
`entry.Tally` of what was read, skipped and held back.

    index = build(entries, lists)                  # index: look-up tables of one set of indicators
    index = opened(folder, key, make)              # the same, kept in a folder and mapped from it
    for match in scan(index, stream, layout, tally):   # scan: a log, in bounded memory
        …

`build` never raises for an entry: what would match everything, nothing, or for ever stands in
`index.refused` with its reason. `pattern.compiled` is a STIX pattern for observed-data; in logs,
`simple` patterns are looked up as values, and the others matched by `hunt` on lines that hold a
text which they need (`needles`), as far as a line is an observation (`observing`).
"""
