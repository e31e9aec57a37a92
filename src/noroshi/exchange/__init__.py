"""Carrying exactly what the agreements release, and nothing that names the rest.

In: the store's records and view journals, the policy's decisions, the node's keys.
Out: `served` (what a collection holds for one caller), `views` (each partner's own view),
`variants` and `closure` (what leaves in place of a record), `sign` (keys and grants),
`accounts` (who is calling), `taxii` (the server's pure handler, its ASGI edge and the client).
"""
