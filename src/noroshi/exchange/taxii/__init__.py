"""TAXII 2.1 (OASIS Standard, 10 June 2021): the server as one pure function, and the client.

In: a `Service` (roots, collections, accounts, a secret) and a `Request` on the raw path.
Out: `handler.handle(service, request, now) -> Response`; `asgi.app` puts it behind a web server;
`client.pull` reads another node's view page by page, `client.discover` finds it.

`negotiate`, `query`, `token`, `envelope` and `marking` each hold one idea of the standard.
"""
