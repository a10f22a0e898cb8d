"""`codau` as a process of its own, for tests: a data folder, a free port, no settings of this machine."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

ROOT = Path(__file__).parents[2]
START_S = 60.0
NO_HEADERS: Mapping[str, str] = {}
COMMAND = [sys.executable, "-m", "service"]


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Settings without their prefix, beside what is not a setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CODAU_")}
    chosen = {"DATA_DIR": str(data_dir), "PORT": "0", **settings}
    return kept | {f"CODAU_{name}": value for name, value in chosen.items()}


def codau(*arguments: str, env: dict[str, str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


class Up:
    """A running `codau up`, or another command that runs until it is stopped."""

    def __init__(self, *arguments: str, env: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        self.said = "".join(self._until("Ctrl-C stops it."))

    def _until(self, last: str) -> Iterator[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield line
            if line.startswith(last):
                return
        raise AssertionError(f"ended with {self.process.wait()}: {self.log.read_text(encoding='utf-8')}")

    def url(self, what: str) -> str:
        """The address that is printed beside `what`."""
        found = re.search(rf"{what} +(http://[^ \n]+)", self.said)
        assert found is not None, self.said
        return found[1]

    def get(self, path: str, key: str = "") -> tuple[int, Any]:
        """Status and JSON of the API's answer; raises OSError where it gives none."""
        return self.call("GET", path, key)

    def call(
        self,
        method: str,
        path: str,
        key: str = "",
        document: Any = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> tuple[int, Any]:
        """The same for any method, with a JSON body where there is a document."""
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.url("the API") + path, body, dict(headers), method=method)  # noqa: S310
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        try:
            with urllib.request.urlopen(request, timeout=START_S) as answer:  # noqa: S310  an address of ours
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    def children(self) -> dict[str, int]:
        """Process numbers by what runs: `valkey-server`, `service.supervision.api_process`, `workers`, …"""
        found = {}
        for number in self.numbers():
            words = Path(f"/proc/{number}/cmdline").read_bytes().decode().split("\0")
            if not words[0]:
                continue  # it has ended, and is not buried yet
            name = words[words.index("-m") + 1] if "-m" in words else Path(words[0].split()[0]).name
            found[name] = number
        return found

    def numbers(self) -> Iterator[int]:
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            yield from map(int, (thread / "children").read_text(encoding="ascii").split())

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; returns its status."""
        self.process.send_signal(number)
        status = self.process.wait(timeout=60)
        self.close()
        return status

    def close(self) -> None:
        """Make sure that nothing of it is left, whatever the test did."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def up(*arguments: str, env: dict[str, str], log: Path) -> Iterator[Up]:
    """`codau up` with arguments, stopped at the end if the test did not."""
    running = Up("up", *arguments, env=env, log=log)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        running.close()


def eventually(holds: Callable[[], bool], *, within_s: float = 10.0) -> None:
    """Wait for what only another process can bring about."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)
