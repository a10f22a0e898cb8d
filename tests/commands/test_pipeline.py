"""Lines are answered in order by several processes, as they come, in bounded memory; none is left behind."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.commands.lines import CHUNK_LINES, LONGEST, Lines
from tests.supervision.codau import ROOT, eventually

PROGRAM = [sys.executable, "-m", "tests.commands.shouting"]
MANY = b"".join(b"line %d\n" % number for number in range(1_000))


@contextmanager
def shouting(processes: int = 2) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [*PROGRAM, str(processes)], cwd=ROOT, stdin=-1, stdout=-1, stderr=-1, bufsize=0
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def children(running: subprocess.Popen[bytes]) -> list[int]:
    path = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    return [int(number) for number in path.read_text(encoding="ascii").split()]


def is_gone(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"  # it has ended; whoever took it over from its parent has not looked yet


def read_lines(running: subprocess.Popen[bytes], count: int) -> list[bytes]:
    assert running.stdout is not None
    found = b""
    while found.count(b"\n") < count:
        data = running.stdout.read(65_536)
        assert data, "ended early"
        found += data
    return found.splitlines()


def given_many(running: subprocess.Popen[bytes]) -> list[int]:
    """Feed it until its processes work; returns their numbers."""
    assert running.stdin is not None
    running.stdin.write(MANY)
    read_lines(running, 1_000)
    found = children(running)
    assert len(found) == 2
    return found


@pytest.mark.parametrize("processes", [1, 3])
def test_thousands_of_lines_keep_their_order(processes: int) -> None:
    lines = [b"line %d" % number * (1 + number % 7) for number in range(20_000)]
    given = b"\n".join(lines)
    done = subprocess.run([*PROGRAM, str(processes)], cwd=ROOT, input=given, capture_output=True, check=True)
    answers = [line.partition(b" ") for line in done.stdout.splitlines()]
    assert [text for _, _, text in answers] == [line.upper() for line in lines]
    workers = {number for number, _, _ in answers[CHUNK_LINES:]}
    assert len(workers) == processes
    assert answers[0][0] not in workers or processes == 1


def test_few_lines_need_no_other_process() -> None:
    given = b"line\n" * (CHUNK_LINES + 10)
    done = subprocess.run([*PROGRAM, "2"], cwd=ROOT, input=given, capture_output=True, check=True)
    assert len({line.partition(b" ")[0] for line in done.stdout.splitlines()}) == 1


def test_one_line_is_answered_at_once_however_many_went_before() -> None:
    with shouting() as running:
        assert running.stdin is not None
        running.stdin.write(b"alone\n")
        assert read_lines(running, 1)[0].endswith(b" ALONE")
        given_many(running)
        running.stdin.write(b"again\n")
        assert read_lines(running, 1)[0].endswith(b" AGAIN")


def test_a_reader_that_goes_away_is_noticed_without_writing() -> None:
    with shouting() as running:
        assert running.stdout is not None
        processes = given_many(running)
        running.stdout.close()
        assert (
            running.wait(timeout=60) != 0
        )  # the program does not take care of BrokenPipeError, the command does
        assert all(map(is_gone, processes))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_is_left_however_it_ends(how: signal.Signals) -> None:
    with shouting() as running:
        processes = given_many(running)
        running.send_signal(how)
        running.wait(timeout=60)
        eventually(lambda: all(map(is_gone, processes)))


def test_a_process_that_is_killed_is_told_and_ends_it() -> None:
    with shouting() as running:
        assert running.stdin is not None
        assert running.stderr is not None
        os.kill(given_many(running)[0], signal.SIGKILL)
        running.stdin.write(b"line\n")
        assert running.wait(timeout=60) == 1
        assert b"a process that checks has ended with status -9" in running.stderr.read()


def test_a_reader_that_is_slow_stops_the_reading() -> None:
    with shouting() as running:
        assert running.stdin is not None
        source = running.stdin.fileno()
        given_many(running)
        os.set_blocking(source, False)
        writable = select.poll()
        writable.register(source, select.POLLOUT)
        taken = 0
        while writable.poll(500):
            taken += os.write(source, b"line\n" * 800)
        assert taken < 1_000_000


def test_a_line_without_end_does_not_fill_memory() -> None:
    lines = Lines()
    for _ in range(1_000):
        lines.feed(b"x" * 65_536)
    lines.feed(b"\nnext\n")
    assert [len(chunk) for chunk in lines.chunks] == [LONGEST + 1, len("next")]


def test_lines_of_any_length_are_cut_at_line_feeds_alone() -> None:
    text = b"a\n\n\r\n\x0b\x00\xff\n" + b"x" * 40_000 + b"\n" + b"y" * 70_000 + b"\nlast"
    lines = Lines()
    for start in range(0, len(text), 7):
        lines.feed(text[start : start + 7])
    lines.end()
    found = [line for chunk in lines.chunks for line in chunk.split(b"\n")]
    assert found == [line[: LONGEST + 1] for line in text.split(b"\n")]
