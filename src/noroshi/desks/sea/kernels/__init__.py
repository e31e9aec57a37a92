"""Compiled kernels of the sea desk: bytes of a log in, columns out, no object per message.

`layout` says what goes in and out, as numpy types; `scan.scan` is the entry point; `jit` compiles,
and keeps the result in a folder named by the digest of every source here. Importing this package
loads nothing; importing `scan` loads numba and, on a machine's first run, compiles.
"""
