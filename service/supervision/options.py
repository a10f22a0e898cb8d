"""The options of the embedded Valkey: those it is started with, and those that are set while it runs."""

from pathlib import Path

from service.settings import Fsync


def arguments(place: Path, socket_path: Path, fsync: Fsync, *, resting: bool = False) -> list[str]:
    """What the server is started with: its command line.

    Args:
        place: the folder that it writes into.
        resting: whether it only reads from the beginning; see `EmbeddedValkey.rest`.
    """
    chosen = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(place),
        "appendonly": "yes",
        "appendfsync": fsync,
        "aof-load-truncated": "yes",  # what a crash or a full disk cut off was never answered
        # At a start, what was appended since the last rewrite is replayed, three times slower than the rest
        # is read: with half as much of it as by default a killed server is back sooner.
        "auto-aof-rewrite-percentage": "50",
        "save": "",  # the append-only file is the one truth; a snapshot beside it would only cost memory
        "maxmemory-policy": "noeviction",
        "repl-diskless-sync-delay": "0",  # for backups: no second one will come to share it
        # What is slow or large would be kept with its arguments, a reader's words and name among them.
        "commandlog-execution-slower-than": "-1",
        "commandlog-request-larger-than": "-1",
        "commandlog-reply-larger-than": "-1",
        "daemonize": "no",
        **resting_options(resting),
    }
    return [part for name, value in chosen.items() for part in (f"--{name}", value)]


def resting_options(resting: bool) -> dict[str, str]:
    """Options of a server that only reads: it refuses writes, and lets what has expired stand in its file."""
    return {"min-replicas-to-write": "1" if resting else "0", "import-mode": "yes" if resting else "no"}
