"""Whether the disk under a folder has room for what a server is about to write, asked a few times a second.

An append-only file that cannot be written ends its server under `appendfsync always`. So nothing more is
taken in while there is still room for what is under way.
"""

import os
from pathlib import Path

RESERVE_BYTES = 4 * 1024 * 1024
"""Less than that is no room: what comes in between two looks, 20 MB in a second, fits into it."""

RESERVE_SHARE = 1 / 16
"""Of a disk so small that the reserve would be more of it, this is enough."""


def is_short(folder: Path, *, already: bool) -> bool:
    """Whether there is too little room left.

    Args:
        already: whether there was too little before; then it takes twice the reserve to have enough, since
            a disk that is just emptied by a little is full again at once.
    """
    disk = os.statvfs(folder)
    free = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail  # root may use what is reserved for it
    reserve = min(RESERVE_BYTES, disk.f_blocks * disk.f_frsize * RESERVE_SHARE)
    return free * disk.f_frsize < reserve * (2 if already else 1)
