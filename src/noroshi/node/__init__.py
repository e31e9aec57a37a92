"""A node: one party's running instance, in a folder of its own.

In: `node.toml`, sources, agreements, peers. Out: findings, what each partner may see, and why.
`setup` makes one, `node` opens it, `ingest` reads sources, `law` loads agreements, `why`
explains, `serve` and `work` run it, `sync` pulls from a peer.
"""
