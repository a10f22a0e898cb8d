"""One process that answers HTTP: `python -m service.supervision.api_process --listen FD --ready FD`.

Started by a supervisor with a bound socket; it serves until SIGTERM, then finishes what is under way.
"""

import argparse
import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket

import uvloop
from aiohttp import web

from service import logs, settings, tracing
from service.api.server import Runner
from service.app import create_app
from service.supervision.listening import BACKLOG

FINISH_S = 5.0
"""How long requests under way may take after SIGTERM."""


async def serve(app: web.Application, listen: int, ready: int) -> None:
    """Answer on an inherited socket until SIGTERM; write to `ready` when the first request may come."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    runner = Runner(app, handle_signals=False, shutdown_timeout=FINISH_S)
    await runner.setup()
    _collect_seldom()
    try:
        await web.SockSite(runner, socket.socket(fileno=listen), backlog=BACKLOG).start()
        with contextlib.suppress(BrokenPipeError):  # after a restart nobody waits for it
            os.write(ready, b"!")
        os.close(ready)
        await told.wait()
    finally:
        await runner.cleanup()


def _collect_seldom() -> None:
    """Let the collector look at what requests leave, not at the tables that were loaded before them.

    By its defaults it took a sixth of intake's time (docs/performance.md), looking at what never goes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _open_many_files() -> None:
    """As many as this process may: every connection is one, and by default a shell lets it open 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", type=int, required=True, help="descriptor of a bound socket")
    parser.add_argument("--ready", type=int, required=True, help="descriptor to write to when serving")
    arguments = parser.parse_args()
    found = settings.load()
    logs.set_up(found.log_format)
    if settings.traces_are_wanted():
        tracing.set_up("api")
    _open_many_files()
    app = create_app(found, settings.shared_figures())
    uvloop.run(serve(app, arguments.listen, arguments.ready))
    tracing.finish()


if __name__ == "__main__":
    main()
