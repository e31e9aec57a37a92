"""Compiled kernels of the space desk: elements and times in, states and close approaches out.

`sines` and `models` hold the scalar source of SGP4 and SDP4, which every driver here calls: `drive`
(states of many objects at many times), `straight` (two objects within a step), `sieve` (pairs that
may meet within one) and `refine` (the instant of closest approach). `jit` compiles. Importing this
package loads nothing.
"""
