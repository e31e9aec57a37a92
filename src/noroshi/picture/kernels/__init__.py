"""Compiled kernels of the picture: the loops that go over everything.

`posted` lays out postings, `meeting` says who meets whom, `settling` which meetings stand as
incidents; `jit` compiles. A row is a finding's place in its stream; times are days since that
began. `tests/picture/naive_picture.py` is a naive way in plain Python. Importing this package loads
nothing.
"""
