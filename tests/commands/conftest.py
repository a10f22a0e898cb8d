"""A terminal for commands that need no process of their own: `codau` in this one, with real parts behind."""

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from service.__main__ import main
from tests.supervision.codau import environment


@dataclass(frozen=True, slots=True)
class Told:
    """What a command printed."""

    out: str
    err: str


Terminal = Callable[..., Told]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    """Run a command line: `terminal("site", "list", status=0, given=b"", REDIS_URL=…)`."""

    def run(*words: str, status: int = 0, given: bytes = b"", **settings: str) -> Told:
        with monkeypatch.context() as patch, tempfile.TemporaryFile() as source:
            source.write(given)
            source.seek(0)
            for name, value in environment(tmp_path, **settings).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["codau", *words])
            patch.setattr(sys, "stdin", io.TextIOWrapper(source))
            patch.chdir(tmp_path)
            capfd.readouterr()  # what the test said before
            with pytest.raises(SystemExit) as ended:
                main()
        structlog.reset_defaults()  # a command logs to a standard error that ends with it
        out, err = capfd.readouterr()
        assert ended.value.code == status, err
        return Told(out, err)

    return run
