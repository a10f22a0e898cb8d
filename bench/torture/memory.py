"""What memory a process of this machine holds, by what the kernel says."""

from pathlib import Path


def held_bytes(pid: int) -> int:
    """Now."""
    return _told(pid, "VmRSS:")


def most_held_mib(pid: int) -> float:
    """The most that it has held so far."""
    return _told(pid, "VmHWM:") / 2**20


def _told(pid: int, what: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition(what)[2].split()[0]) * 1024
