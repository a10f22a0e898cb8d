"""Small disks of a test's own, to be filled and freed."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path


class NoDiskError(Exception):
    """Nobody may mount one here: that takes root."""


class Disk:
    """A mounted one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Leave not one byte."""
        ballast = os.open(self._ballast, os.O_WRONLY | os.O_CREAT)
        for block in (bytes(1024 * 1024), bytes(4096)):
            with contextlib.suppress(OSError):
                while os.write(ballast, block):
                    pass
        os.close(ballast)

    def free(self) -> None:
        self._ballast.unlink()


@contextlib.contextmanager
def small_disk(path: Path, mib: int) -> Iterator[Disk]:
    """A disk in memory, mounted at `path`.

    Raises:
        NoDiskError: it cannot be mounted.
    """
    path.mkdir()
    options = f"size={mib}m,mode=700"
    made = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, check=False
    )
    if made.returncode:
        raise NoDiskError(made.stderr.decode().strip())
    try:
        yield Disk(path)
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(path)], check=True)
