"""History: all that was heard, as Parquet files, and the desks' kernels over years of it.

In: columns as desks read them. Out: columns again, for any time and any ships, and what a desk
finds in them, in one process, in several or on Ray. `packing` makes rows small, `arrow` is the
file format, `partition` where files lie, `stored` what there is.
"""
