"""The console: the page a person looks at, and what it asks the node.

In: an open node, the users of its `users.json`, requests under `/console/`. Out: one page app that
loads nothing from anywhere else, and JSON for it: the picture as the node has it or as any party
would receive it, the agreements behind that, and what a person sends or takes back. Every act of a
person is written into a chained journal.

`app` is the application; `users` who may sign in; `seen` the picture; `sending` what is given.
The page's source is in `web/`, its built files in `static/`.
"""
