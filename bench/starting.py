"""How long `codau up` takes from the command to the line that says it is ready: empty, and with comments."""

import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.results import Row
from service.supervision.children import environment, program

STARTS_WITH_COMMENTS = 3  # at the most: each reads all of them


def rows(stored: Path, count: int, rounds: int) -> list[Row]:
    """Start so often in an empty folder, and in one that holds so many comments."""
    empty = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            empty.append(started_s(Path(folder)))
    full = [started_s(stored) for _ in range(min(rounds, STARTS_WITH_COMMENTS))]
    told = f"start of `codau up` to ready, {count:,} comments"
    return [
        Row("start", "start of `codau up` to ready, empty", empty, goal=2.0, at_most=True, unit="s"),
        Row("start-stored", told, full, goal=20.0, at_most=True, unit="s"),
    ]


def started_s(folder: Path) -> float:
    """How long `codau up` takes until it says that it is ready."""
    settings = {"CODAU_DATA_DIR": str(folder), "CODAU_PORT": "0", "CODAU_REDIS_URL": ""}
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - the arguments are ours
        program("service", "up"), env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        told = any(b"is ready" in line for line in process.stdout or ())
        took_s = time.perf_counter() - began
        process.send_signal(signal.SIGTERM)
    if not told:
        raise SystemExit("codau up did not start")
    return took_s
