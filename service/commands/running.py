"""`codau up`, `codau api`, `codau worker`: all of it on this machine, or one part for a container."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from service import settings

if TYPE_CHECKING:
    from service.supervision.up import Parts, Ready


_BEGAN = time.monotonic()  # the command line is loaded first of all


def up(
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Also run a small newspaper whose readers comment, on the next port."),
    ] = False,
) -> None:
    """Run everything on this machine until Ctrl-C: Valkey, API, workers.

    Valkey comes along unless CODAU_REDIS_URL names a server. The first start makes an admin key and a site to
    try things on; its keys are printed and kept in the data folder.

    Examples: `codau up --demo`, `CODAU_PORT=9000 codau up`
    """
    from service.supervision.up import Parts

    _run(Parts(api=True, workers=True, keys=True, newspaper=demo))


def api() -> None:
    """Run the API alone, CODAU_API_PROCESSES times; CODAU_REDIS_URL names its server.

    Example: `CODAU_REDIS_URL=redis://127.0.0.1:6379 codau api`
    """
    from service.supervision.up import Parts

    _run(Parts(api=True))


def worker() -> None:
    """Run the workers alone, CODAU_WORKER_PROCESSES times; CODAU_REDIS_URL names their server.

    Example: `CODAU_REDIS_URL=redis://127.0.0.1:6379 codau worker`
    """
    from service.supervision.up import Parts

    _run(Parts(workers=True))


def _run(parts: Parts) -> None:
    import asyncio

    from service import logs
    from service.supervision import up as supervisor

    chosen = settings.load()
    logs.set_up(chosen.log_format)
    asyncio.run(supervisor.run(chosen, parts, lambda ready: _tell(ready, chosen)))


def _tell(ready: Ready, chosen: settings.Settings) -> None:
    what = "Có Dấu is ready" if ready.url else "The workers are started"
    began = f"{what} after {time.monotonic() - _BEGAN:.1f} s."
    parts = [began, _places(ready), _first_keys(ready, chosen), "Ctrl-C stops it."]
    print("\n\n".join(filter(None, parts)), flush=True)


def _places(ready: Ready) -> str:
    lines = []
    if ready.newspaper_url:
        lines.append(f"  a newspaper that uses it  {ready.newspaper_url}")
    if ready.url:
        lines.append(f"  for its moderators        {ready.url}/moderate")
        lines.append(f"  the API                   {ready.url}   (described at {ready.url}/docs)")
    return "\n".join(lines)


def _first_keys(ready: Ready, chosen: settings.Settings) -> str:
    from service.supervision import first_keys

    if ready.made is None:
        return ""
    return f"""\
This is the first start. These keys are also kept in {first_keys.path_in(chosen.data_dir)}:

  admin                     {ready.made.admin_key}
  website, site {ready.made.site}        {ready.made.website_key}
  moderator, site {ready.made.site}      {ready.made.moderator_key}"""
