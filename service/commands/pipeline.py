"""Lines from one descriptor answered on another, in order, on all cores, as they come.

What can be read at once is answered at once: a single line does not wait for others. What is read, in hand
and not yet written is bounded, so a slow reader of the answers slows the reading down and fills no memory.
"""

import os
import select
from collections.abc import Callable

from service.commands.crew import Answer, Crew
from service.commands.lines import Lines

READ_BYTES = 65_536
"""What one read takes: what a pipe holds."""

AHEAD = 4
"""Chunks for each process that may be in hand, or answered and not yet written."""

Tell = Callable[[int, int], None]
"""Takes how many lines are answered, and how many bytes were read."""


class Pipeline:
    """One run from the first line to the last."""

    def __init__(self, source: int, target: int, answer: Answer, *, processes: int, tell: Tell) -> None:
        """
        Args:
            source, target: descriptors.
            processes: how many answer, once more is waiting than one chunk; with 1 this process does.
        """
        self._source = source
        self._target = target
        self._answer = answer
        self._processes = processes
        self._tell = tell
        self._crew = Crew(answer)
        self._lines = Lines()
        self._ended = False
        self._given = 0
        self._written = 0
        self._answers: dict[int, bytes] = {}
        self._lines_written = 0
        self._bytes_read = 0

    def run(self) -> None:
        """Answer every line.

        Raises:
            BrokenPipeError: nobody reads the answers any more.
            OSError: reading or writing failed.
            Refused: see `Crew.take`.
        """
        try:
            while self._wait():
                self._hand_out()
        finally:
            self._crew.stop()

    def _wait(self) -> bool:
        """Wait until something can go on, and take it; False when all is done."""
        reads = not self._ended and not self._lines.chunks
        watched = select.poll()
        for fd in [*([self._source] if reads else []), *self._crew.busy()]:
            watched.register(fd, select.POLLIN)
        if not reads and not any(self._crew.busy()):
            return bool(self._lines.chunks)
        watched.register(self._target, 0)  # tells when its reader has gone
        for fd, event in watched.poll():
            if fd == self._target and event & (select.POLLERR | select.POLLHUP):
                raise BrokenPipeError
            if fd == self._source:
                self._read()
            elif fd != self._target:
                number, answers = self._crew.take(fd)
                self._put(number, answers)
        return True

    def _read(self) -> None:
        data = os.read(self._source, READ_BYTES)
        self._bytes_read += len(data)
        if data:
            self._lines.feed(data)
        else:
            self._ended = True
            self._lines.end()

    def _hand_out(self) -> None:
        chunks = self._lines.chunks
        if self._given and len(chunks) > 1 and self._processes > 1 and not self._crew:
            self._crew.start(self._processes)  # not before the tables are loaded, which the first chunk does
        while chunks and self._given - self._written < AHEAD * self._processes:
            if self._crew and not self._crew.give(self._given, chunks[0]):
                return
            chunk = chunks.popleft()
            self._given += 1
            if not self._crew:
                self._put(self._given - 1, self._answer(chunk))
                return

    def _put(self, number: int, answers: bytes) -> None:
        """Write what is next, and all that follows it and was only waiting for it."""
        self._answers[number] = answers
        while (found := self._answers.pop(self._written, None)) is not None:
            self._written += 1
            self._lines_written += found.count(b"\n")
            _write(self._target, found)
            self._tell(self._lines_written, self._bytes_read)


def _write(target: int, data: bytes) -> None:
    while data:
        data = data[os.write(target, data) :]
