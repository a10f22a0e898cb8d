"""The figures of all processes of one supervisor, in one folder: read together, and kept when a process dies.

Each process writes into files of its own (`<type>_<pid>.db`, prometheus-client's multiprocess mode). What a
dead one counted is added to one file for all the dead, so that a process that dies again and again fills no
disk; what is true of the living alone, its memory for one, is dropped.
"""

import contextlib
import fcntl
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

_COUNTED = ("counter", "histogram")
_TRIES = 3
_UNREADABLE = (OSError, struct.error, RuntimeError, ValueError)  # what prometheus-client raises of its files


class Shared(Collector):
    """The sum of what all processes counted, the dead included."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]

    def collect(self) -> Iterable[Metric]:
        """Read all files; once more where a process was just making one or making it longer.

        Nothing where they cannot be read: what else a scrape shows is not to be lost with them.
        """
        for _ in range(_TRIES):
            with contextlib.suppress(*_UNREADABLE):
                return self._read()
        return []

    def _read(self) -> list[Metric]:
        with _lock(self._folder, fcntl.LOCK_SH):
            return list(self._files.collect())  # type: ignore[no-untyped-call]


def bury(folder: Path, pid: int) -> None:
    """Add what a process that has ended counted to what the dead before it did, as far as it can be read.

    The folder is there afterwards, for the process that takes its place: a session that ends may have taken
    it away (logind.conf, RemoveIPC).
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    with _lock(folder, fcntl.LOCK_EX):  # nobody reads it in both places, or in none
        mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        for kind in _COUNTED:
            left = folder / f"{kind}_{pid}.db"
            with contextlib.suppress(*_UNREADABLE):
                _add(left, folder / f"{kind}_dead.db")
            left.unlink(missing_ok=True)


def _add(left: Path, kept: Path) -> None:
    found = list(MmapedDict.read_all_values_from_file(str(left)))  # type: ignore[no-untyped-call]
    sums = MmapedDict(str(kept))  # type: ignore[no-untyped-call]
    for name, value, _, _ in found:
        before, _ = sums.read_value(name)  # type: ignore[no-untyped-call]
        sums.write_value(name, before + value, 0.0)  # type: ignore[no-untyped-call]
    sums.close()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def _lock(folder: Path, how: int) -> Iterator[None]:
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, how)
        yield
