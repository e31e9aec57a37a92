"""The demo: two nodes as real processes, and a story on bundled real data.

In: the samples of the package. Out: what was read, found, released, released in part, withheld
and why; every number is counted from the two nodes, none is written here.
"""
