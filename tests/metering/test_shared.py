"""The figures of several processes are one, whoever dies; with real processes that count."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.metering.shared import Shared, bury
from tests.metering.test_meters import samples

COUNTING = """
import sys
from service.metering.meters import Meters
from service.metering.sampler import Sampler
meters = Meters()
sampler = Sampler(meters, "worker", None)
for line in sys.stdin:
    for _ in range(int(line)):
        meters.received.labels("bao").inc()
        meters.verdict_s.observe(0.2)
        meters.requests.answered("GET", "/r", 200, 0.01)
    sampler.look()
    print("counted", flush=True)
"""


class Process:
    """A process that counts so often as it is told."""

    def __init__(self, folder: Path) -> None:
        env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", COUNTING],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid

    def count(self, number: int) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(number, file=self._process.stdin, flush=True)
        assert self._process.stdout.readline() == "counted\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def counted(shared: Shared) -> tuple[float, float, float]:
    """Comments, verdicts and requests."""
    requests = samples(shared, "codau_http_requests")
    return (
        samples(shared, "codau_received")["codau_received_total", (("site", "bao"),)],
        samples(shared, "codau_verdict_seconds")["codau_verdict_seconds_count", ()],
        sum(requests.values()),
    )


def test_what_dead_processes_counted_stays_and_what_they_used_goes(tmp_path: Path) -> None:
    first, second = Process(tmp_path), Process(tmp_path)
    try:
        shared = Shared(tmp_path)
        first.count(3)
        second.count(4)
        assert counted(shared) == (7, 7, 7)
        assert sum(samples(shared, "codau_processes").values()) == 2
        first.kill()
        bury(tmp_path, first.pid)
        assert counted(shared) == (7, 7, 7)
        assert sum(samples(shared, "codau_processes").values()) == 1
        second.count(1)
        second.kill()
        bury(tmp_path, second.pid)
        assert counted(shared) == (8, 8, 8)
        assert samples(shared, "codau_processes") == {}
        assert sorted(path.name for path in tmp_path.glob("*.db")) == ["counter_dead.db", "histogram_dead.db"]
    finally:
        first.kill()
        second.kill()


def test_a_process_that_left_nothing_is_buried_too(tmp_path: Path) -> None:
    bury(tmp_path, 1)
    assert list(Shared(tmp_path).collect()) == []


def test_a_file_that_is_just_being_made_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between being made and being filled a file is empty; by the next look it no longer is."""
    half_made = tmp_path / "counter_1.db"
    half_made.touch()
    shared = Shared(tmp_path)
    read = shared._read
    looks = []

    def look() -> object:
        looks.append(1)
        if len(looks) == 2:
            half_made.unlink()
        return read()

    monkeypatch.setattr(shared, "_read", look)
    assert list(shared.collect()) == []
    assert len(looks) == 2


@pytest.mark.parametrize("left", [b"", b"\x10\0\0\0\0\0\0\0\xff\xff\xff\x7f", b"\xff" * 4_096])
def test_what_a_process_left_half_made_stops_nobody(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "counter_7.db").write_bytes(left)
    assert list(Shared(tmp_path).collect()) == []
    bury(tmp_path, 7)
    assert not list(tmp_path.glob("*_7.db"))
    assert list(Shared(tmp_path).collect()) == []


def test_a_folder_that_was_taken_away_is_there_for_the_next_process(tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    shared = Shared(folder)
    folder.rmdir()
    assert list(shared.collect()) == []
    bury(folder, 7)
    process = Process(folder)
    process.count(2)
    assert counted(shared) == (2, 2, 2)
    process.kill()
