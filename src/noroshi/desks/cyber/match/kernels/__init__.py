"""Compiled kernels of matching: the bytes of logs in, places where a known value stands out.

`scan.scan` goes through lines, `finds` looks up what stands in them, `six` reads IPv6 addresses,
`table` hashes, `jit` compiles. Importing `scan` or `table` loads numba and, on a machine's first
run, compiles.
"""
