"""Who owns a data folder: made private, and held by one process at a time through a lock."""

import os
import time
from pathlib import Path

from service.supervision import kernel
from service.supervision.errors import StartRefused

PASSING_S = 10.0
"""How long to wait for an owner that says it is only passing: one command."""

_POLL_S = 0.02


class FolderInUse(StartRefused):
    """Another process supervises the server of this folder."""

    def __init__(self, data_dir: Path, pid: str) -> None:
        super().__init__(f"CODAU_DATA_DIR: {data_dir} is in use by process {pid or 'unknown'}")


def prepare(data_dir: Path) -> Path:
    """Make it and its folder `valkey`, that one for its owner alone: comments hold addresses of readers.

    Raises:
        StartRefused: it cannot be written.
    """
    folder = data_dir / "valkey"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise cannot_be_used(data_dir, error) from None
    return folder


def cannot_be_used(data_dir: Path, error: OSError) -> StartRefused:
    """What a person is told of a data folder that the system does not let us use."""
    return StartRefused(f"CODAU_DATA_DIR: {data_dir} cannot be used: {error.strerror}")


def own(folder: Path, *, passing: bool) -> int:
    """A descriptor whose lock makes this process the owner, until it is closed or the process ends.

    Args:
        passing: that we own it for one command only; another that wants it then waits for us.

    Raises:
        FolderInUse: by a process that stays, or that passes too long.
        StartRefused: it cannot be written: the disk is full.
    """
    deadline = time.monotonic() + PASSING_S
    while (lock := kernel.try_lock(folder / "owner.lock")) is None:
        pid, _, manner = (folder / "owner.lock").read_text(encoding="ascii").strip().partition(" ")
        if manner == "stays" or time.monotonic() > deadline:
            raise FolderInUse(folder.parent, pid)
        time.sleep(_POLL_S)
    try:
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()} {'passes' if passing else 'stays'}\n".encode("ascii"))
    except OSError as error:
        os.close(lock)
        raise cannot_be_used(folder.parent, error) from None
    return lock


def is_owned(data_dir: Path) -> bool:
    """Whether somebody owns the folder's server at this moment."""
    place = data_dir / "valkey" / "owner.lock"
    if not place.exists():
        return False
    lock = kernel.try_lock(place)
    if lock is not None:
        os.close(lock)
    return lock is None
