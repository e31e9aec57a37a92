"""Compiled kernels of matching: the bytes of logs in, places where a known value stands out.

`scan.scan` goes through lines, `six.six` reads IPv6 addresses, `table` hashes and looks up, `jit`
compiles. Importing `scan` or `table` loads numba and, on a machine's first run, compiles.
"""
