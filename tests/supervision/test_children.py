"""A child is started again when it dies, ever later, and is killed only when it does not finish."""

import asyncio
import itertools
import os
import re
import sys
from pathlib import Path

import pytest

from service.supervision import children
from service.supervision.children import Child
from service.supervision.errors import StartRefused
from service.supervision.restarting import waits

# A program that notes each start, says that it is ready, and does what its first argument says.
PROGRAM = """
import os, signal, sys
from pathlib import Path
with Path(sys.argv[1]).open("a") as file:
    file.write(f"{os.getpid()}\\n")
if sys.argv[2] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if sys.argv[2] == "dies":
    sys.exit(3)
if "--ready" in sys.argv:
    os.write(int(sys.argv[-1]), b"!")
signal.pause()
"""


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def child(starts: Path, manner: str) -> Child:
    argv = [sys.executable, "-c", PROGRAM, str(starts), manner]
    return Child("a child", argv, env=dict(os.environ), announces=manner != "dies quietly")


async def pids(starts: Path, count: int) -> list[int]:
    """The numbers of the first `count` starts."""
    async with asyncio.timeout(60):
        while not starts.exists() or len(found := starts.read_text(encoding="ascii").split()) < count:  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.01)
    return [int(pid) for pid in found]


async def test_a_child_that_was_killed_is_started_again(tmp_path: Path) -> None:
    kept = child(tmp_path / "starts", "stays")
    await kept.start()
    (first,) = await pids(tmp_path / "starts", 1)
    os.kill(first, 9)
    _, second = await pids(tmp_path / "starts", 2)
    await kept.stop(5)
    assert not lives(first)
    assert not lives(second)


@pytest.mark.parametrize(
    ("settled_s", "waits"), [(0.0, ["0.1", "0.1", "0.1"]), (3_600.0, ["0.1", "0.2", "0.4"])]
)
async def test_only_who_dies_early_waits_longer_each_time(
    settled_s: float,
    waits: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(children, "SETTLED_S", settled_s)
    kept = child(tmp_path / "starts", "dies quietly")
    await kept.start()
    for count in range(1, 4):
        os.kill((await pids(tmp_path / "starts", count))[-1], 9)
    await pids(tmp_path / "starts", 4)
    await kept.stop(5)
    assert re.findall(r"after_s\S*=\S*?([0-9.]+)", "".join(capfd.readouterr())) == waits


async def test_a_child_that_finishes_is_not_killed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    kept = child(tmp_path / "starts", "stays")
    await kept.start()
    await kept.stop(5)
    await kept.stop(5)
    assert "killed" not in capfd.readouterr().out


async def test_a_stubborn_child_is_killed_when_its_time_is_up(tmp_path: Path) -> None:
    kept = child(tmp_path / "starts", "stubborn")
    await kept.start()
    (pid,) = await pids(tmp_path / "starts", 1)
    await kept.stop(0.05)
    assert not lives(pid)


async def test_a_child_that_dies_before_it_is_ready_refuses_the_start(tmp_path: Path) -> None:
    kept = child(tmp_path / "starts", "dies")
    with pytest.raises(StartRefused, match="a child ended before it was ready"):
        await kept.start()
    await kept.stop(5)


async def test_a_child_that_is_never_ready_refuses_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "READY_S", 0.05)
    kept = Child("slow", [sys.executable, "-c", "import signal; signal.pause()"], env={}, announces=True)
    with pytest.raises(StartRefused, match="slow was not ready within"):
        await kept.start()
    await kept.stop(5)


async def test_one_that_cannot_be_watched_is_ended_before_the_next_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = child(tmp_path / "starts", "stays")
    await kept.start()
    (first,) = await pids(tmp_path / "starts", 1)
    watch, unwatched = os.pidfd_open, list[int]()

    def too_many_files(pid: int) -> int:
        if unwatched:
            return watch(pid)
        unwatched.append(pid)
        raise OSError("too many open files")

    monkeypatch.setattr(os, "pidfd_open", too_many_files)
    os.kill(first, 9)
    await pids(tmp_path / "starts", 2)
    assert not lives(unwatched[0])
    await kept.stop(5)


def test_the_waits_between_restarts_double_up_to_the_longest() -> None:
    first = list(itertools.islice(waits(children.LONGEST_WAIT_S), 7))
    assert first == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2, 2])
