"""TCP proxies that can be cut: `proxy.py LISTEN=TO…`, then `cut LISTEN` and `heal LISTEN` as lines.

A cut ends what is connected and turns away who comes. It ends when its input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

CHUNK = 65_536


class Proxy:
    """One listening address and where it leads."""

    def __init__(self, listen: str, to: str) -> None:
        self.listen, self.to, self.cut = listen, to, False
        self.open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        host, _, port = self.listen.rpartition(":")
        await asyncio.start_server(self.meet, host, int(port))

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut:
            writer.transport.abort()
            return
        host, _, port = self.to.rpartition(":")
        try:
            there, back = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        self.open |= {writer, back}
        await asyncio.gather(self.pass_on(reader, back), self.pass_on(there, writer))
        self.open -= {writer, back}

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()

    def set_cut(self, cut: bool) -> None:
        self.cut = cut
        for each in self.open if cut else ():
            each.transport.abort()


async def main(pairs: list[str]) -> None:
    """Carry until standard input ends."""
    proxies = {
        listen: Proxy(listen, to) for listen, _, to in (each.partition("=") for each in pairs)
    }
    for each in proxies.values():
        await each.start()
    print("ready", flush=True)
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().split():
        proxies[line[1]].set_cut(line[0] == "cut")


asyncio.run(main(sys.argv[1:]))
