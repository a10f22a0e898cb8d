"""The few promises of the Linux kernel that supervision rests on, each behind one name.

- A lock on a file (`flock`) belongs to the open file and all processes that inherited it, and ends with the
  last of them, however they die.
- A process can be made to die with its parent.
- A pidfd means one process, even after its number was given to another.
"""

import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_prctl = ctypes.CDLL(None).prctl  # looked up here: a child that was just forked should not have to


def try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock on this file, made where missing; None while another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if not isinstance(error, BlockingIOError):
            raise
        return None
    return descriptor


def watched(process: subprocess.Popen[bytes]) -> int:
    """A pidfd of a process that was just started.

    Raises:
        OSError: none is to be had; the process is ended, since nobody would know of it.
    """
    try:
        return os.pidfd_open(process.pid)
    except OSError:
        process.kill()
        process.wait()
        raise


def die_with(parent: int) -> None:
    """For `preexec_fn`: end this child, whatever it does then, when the thread that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os._exit(1)


def listener_of(connection: socket.socket) -> int:
    """The number of the process that listens at the other end of a connected Unix socket."""
    pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(pid)


def ended(pidfd: int, *, within_s: float) -> bool:
    """Whether the process ends within the time; asks at once where that is 0."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(within_s * 1000))
