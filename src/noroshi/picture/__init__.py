"""The picture: findings of different desks become incidents, each with the chance of being wrong.

In: findings as columns (`stream.read_stream`, or a node's store) and the asset graph. Out:
`Incident`s, each with a score that is a sum of stated parts (`score.explain`) and with the number
of incidents per month that chance alone would give at that score (`chance.chance`). `correlate`
does all of it. A score says "more than chance", never who.
"""
