"""Feeds open what the desks read: files (plain, gzip, zip) now, sockets and TAXII beside them.

In: paths and the feed declarations of node.toml. Out: `words.desk.Source` values, and the desk
that reads each, chosen by content. A desk itself does no I/O.
"""
