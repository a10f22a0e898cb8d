"""Where the embedded server's socket lies: in its folder, or elsewhere when that path is too long."""

import hashlib
import os
import stat
from pathlib import Path

from service.supervision.errors import StartRefused

LONGEST_PATH = 107
"""Bytes of a Unix socket's path: `sun_path` of unix(7) has 108, one of them the closing NUL."""

_ELSEWHERE = Path("/tmp")  # noqa: S108  one place whatever TMPDIR says; what lies there is made private


def place_for_socket(folder: Path) -> Path:
    """The socket's path, the same for everybody who asks about this folder.

    Raises:
        StartRefused: the folder needs a place elsewhere, and somebody else owns that place.
    """
    near = folder / "valkey.sock"
    if len(os.fsencode(near)) <= LONGEST_PATH:
        return near
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return _private(_ELSEWHERE / f"codau-{os.getuid()}-{name}") / "valkey.sock"


def _private(folder: Path) -> Path:
    """Make a folder in a place where everybody may write, and be sure that it is ours alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StartRefused(f"{folder} is not a private folder of this user; remove it, then start again")
    return folder
