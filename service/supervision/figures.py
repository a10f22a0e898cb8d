"""The folder in which the processes of one supervisor keep their figures, and a port to show them.

The folder is in memory where the machine has such a place: the files are mapped, and a process that writes to
a mapped file on a full disk dies of it.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import start_http_server

from service.metering.shared import Shared
from service.supervision import kernel
from service.supervision.errors import StartRefused

_PREFIX = "codau-figures-"
_OWNED = "owner.lock"
_IN_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A private folder, empty at first, gone with its supervisor, or when the next one starts."""
    in_memory = os.access(_IN_MEMORY, os.W_OK | os.X_OK)
    place = _IN_MEMORY if in_memory else Path(tempfile.gettempdir())
    _remove_those_left_in(place)
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    lock = kernel.try_lock(made / "locked")
    (made / "locked").rename(made / _OWNED)  # nobody finds it before it is locked
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _remove_those_left_in(place: Path) -> None:
    """Remove folders of ours whose supervisor was killed."""
    for left in place.glob(f"{_PREFIX}*/{_OWNED}"):
        with contextlib.suppress(OSError):  # it is another user's, or just being removed
            lock = kernel.try_lock(left)
            if lock is not None:
                shutil.rmtree(left.parent, ignore_errors=True)
                os.close(lock)


@contextlib.contextmanager
def shown_at(host: str, port: int, place: Path) -> Iterator[None]:
    """Show the figures of a folder over HTTP, on a thread of its own.

    Raises:
        StartRefused: the port is not to be had.
    """
    try:
        server, thread = start_http_server(port, host, Shared(place))
    except OSError as error:
        why = error.strerror or str(error)
        raise StartRefused(f"CODAU_METRICS_PORT: {host}:{port} cannot be listened on: {why}") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
