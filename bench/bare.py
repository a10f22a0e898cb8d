"""The measure: a bare aiohttp server, as a process of its own: `python -m bench.bare --listen FD --ready FD`.

It reads what is sent and answers a constant, or as many bytes as it is asked for: no key, no parsing, no
store. uvloop, no access log.
"""

import argparse
import asyncio
import os
import socket

import uvloop
from aiohttp import web

_ANSWER = (
    '{"id":"0sapnxdg0dmmk000000007","site":"bao","thread":"doi-song/4711","parent_id":null,"state":"queued",'
    '"version":1,"author":{"name":"Minh Anh","id":"u-1"},"body":"' + "Bài viết rất hay! " * 17 + '",'
    '"original_body":null,"edited":false,"findings":[],"suggestion":null,"reason":null,"message":null,'
    '"created_at":"2026-11-22T08:15:30.120Z","updated_at":"2026-11-22T08:15:30.120Z","published_at":null}'
).encode()
"""As long as what intake answers to what the bench sends."""


async def take(request: web.Request) -> web.Response:
    """`202` with JSON."""
    await request.read()
    return web.Response(status=202, body=_ANSWER, content_type="application/json")


async def give(request: web.Request) -> web.Response:
    """`200` with as many bytes as the path says."""
    return web.Response(body=bytes(int(request.match_info["size"])), content_type="application/json")


async def serve(listen: int, ready: int) -> None:
    """Serve until killed; write to `ready` when the first request may come."""
    app = web.Application()
    app.router.add_post("/v1/comments", take)
    app.router.add_get(r"/{size:\d+}", give)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, socket.socket(fileno=listen)).start()
    os.write(ready, b"!")
    os.close(ready)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--ready", type=int, required=True)
    arguments = parser.parse_args()
    uvloop.run(serve(arguments.listen, arguments.ready))


if __name__ == "__main__":
    main()
