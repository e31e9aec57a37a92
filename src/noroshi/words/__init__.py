"""The types every room speaks: frozen values, their codecs and their errors.

In: nothing of ours; msgspec and the standard library only.
Out: one small module per word of the design — `party`, `label`, `grant`, `transform`,
`release`, `record`, `evidence`, `finding`, `kind`, `asset`, `place`, `time`, `desk`, `stix`,
`ids`, `errors`. Instants are integer microseconds UTC everywhere; tuples are sorted and unique.
"""
