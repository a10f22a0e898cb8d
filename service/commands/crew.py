"""Processes that answer chunks of lines beside this one; without any, the chunks are answered here.

They are forked, so that they share the tables that were loaded before. Each has one chunk at a time: it reads
while we write, and never the other way round at once. They end with this process, however it ends.
"""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from service.commands.errors import Refused
from service.supervision import kernel

Answer = Callable[[bytes], bytes]
"""What is to be written for a chunk: of each of its lines one line, with its end."""


@dataclass(slots=True)
class _Member:
    """One process; `number` is that of the chunk it has in hand, None when it has none."""

    process: BaseProcess
    connection: Connection
    number: int | None = None


class Crew:
    """As many processes as were started, none at first."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._members: dict[int, _Member] = {}

    def __bool__(self) -> bool:
        return bool(self._members)

    def start(self, size: int) -> None:
        """Start them. Ctrl-C is kept from them: it is for this process, which stops them."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            for _ in range(size):
                self._add()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _add(self) -> None:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(self._answer, theirs, os.getpid()), daemon=True)
        process.start()
        theirs.close()
        self._members[ours.fileno()] = _Member(process, ours)

    def busy(self) -> Iterator[int]:
        """The descriptors on which answers will come."""
        return (fd for fd, member in self._members.items() if member.number is not None)

    def give(self, number: int, chunk: bytes) -> bool:
        """Hand a chunk to who has none; False where all are busy.

        Raises:
            Refused: the process has ended.
        """
        for member in self._members.values():
            if member.number is None:
                member.number = number
                try:
                    member.connection.send_bytes(chunk)
                except ConnectionError:
                    raise _ended(member) from None
                return True
        return False

    def take(self, fd: int) -> tuple[int, bytes]:
        """The number of a chunk, and its answers.

        Raises:
            Refused: the process has ended before it could answer.
        """
        member = self._members[fd]
        number, member.number = member.number, None
        if number is None:
            raise RuntimeError("nothing was handed out")
        try:
            return number, member.connection.recv_bytes()
        except (EOFError, ConnectionError):
            raise _ended(member) from None

    def stop(self) -> None:
        """End them at once, whatever they do."""
        for member in self._members.values():
            member.process.kill()
            member.process.join()
            member.connection.close()
        self._members.clear()


def _ended(member: _Member) -> Refused:
    member.process.join()
    return Refused(f"a process that checks has ended with status {member.process.exitcode}")


def _work(answer: Answer, connection: Connection, parent: int) -> None:
    kernel.die_with(parent)
    with contextlib.suppress(EOFError, ConnectionError):  # the parent's files are closed before it is gone
        while True:
            connection.send_bytes(answer(connection.recv_bytes()))
