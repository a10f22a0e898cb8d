"""Keys are shown once and kept as hashes: no file, log, figure, answer, process list or report has them.

A whole `codau up` is used with its keys, where a key is expected and where one came by mistake.
"""

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Terminal
from tests.commands.conftest import terminal as terminal  # noqa: PLC0414  a fixture
from tests.supervision.codau import Up, environment, up

BOOTSTRAP = "khoa-quan-tri-khong-duoc-lo-0123456789"
_SECRET = re.compile(r"codau_(?:website|moderator|admin)_[\w-]{43}|whsec_[\w+/=-]{20,}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def running(folder: Path, tmp_path: Path) -> Iterator[tuple[Up, Path]]:
    env, log = environment(folder, ADMIN_KEY=BOOTSTRAP, LOG_FORMAT="json"), tmp_path / "log"
    with up(env=env, log=log) as started:
        yield started, log


def used_and_misused(started: Up, keys: dict[str, str]) -> tuple[list[str], list[Any]]:
    """Use keys where they belong and where not; gives new secrets, and the answers that must show none."""
    website, moderator = keys["website_key"], keys["moderator_key"]
    secrets, answers = [], []
    comment = {"thread": "a", "body": "Bài viết rất hay!", "author": {"name": "Lan"}}
    for key in (website, moderator, BOOTSTRAP, website + "x", f"{website} {moderator}"):
        answers.append(started.call("POST", "/v1/comments?site=demo", key, comment))
        answers.append(started.call("GET", "/v1/sites", key))
        answers.append(started.call("GET", f"/v1/comments/{key.split()[0]}", moderator))
        answers.append(started.call("GET", f"/v1/queue?key={key.split()[0]}", moderator))
        answers.append(started.call("PATCH", "/v1/sites/demo/policy", BOOTSTRAP, {"key": 1}))
        answers.append(started.call("GET", "/v1/counts?thread=a", headers={"Authorization": f"Basic {key}"}))
        answers.append(started.call("GET", "/v1/counts?thread=a", website, headers={"X-Request-ID": "ten"}))
    for path, document in (
        ("keys", {"role": "website", "name": "mới"}),
        ("webhooks", {"url": "https://1.1.1.1/codau"}),
    ):
        _, made = started.call("POST", f"/v1/sites/demo/{path}", BOOTSTRAP, document)
        secrets.append(made.get("key") or made["secret"])
        answers.append(started.get(f"/v1/sites/demo/{path}", BOOTSTRAP))
    return secrets, answers


def told(started: Up, log: Path, terminal: Terminal, folder: Path) -> dict[str, str]:
    """Everything that the running service tells, by who tells it."""
    processes = [f"/proc/{number}/cmdline" for number in [started.process.pid, *started.numbers()]]
    found = {name: Path(name).read_bytes().decode(errors="replace") for name in processes}
    found["the log"] = log.read_text(encoding="utf-8")
    with urllib.request.urlopen(started.url("the API") + "/metrics", timeout=30) as figures:  # noqa: S310  ours
        found["figures"] = figures.read().decode()
    for what in (["doctor"], ["export", "demo"]):
        done = terminal(*what, DATA_DIR=str(folder), ADMIN_KEY=BOOTSTRAP)
        found["codau " + " ".join(what)] = done.out + done.err
    return found


def test_no_key_is_anywhere_but_where_it_was_shown(
    running: tuple[Up, Path], folder: Path, terminal: Terminal
) -> None:
    started, log = running
    keys = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
    further, answers = used_and_misused(started, keys)
    secrets = [BOOTSTRAP, *(key for key in keys.values() if _SECRET.fullmatch(key)), *further]
    assert len(secrets) == 6
    found = told(started, log, terminal, folder) | {"answers": json.dumps(answers, ensure_ascii=False)}
    assert started.stop() == 0
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "keys.json"]
    found |= {str(path): path.read_bytes().decode(errors="replace") for path in files}
    signed_with = further[-1]
    for where, text in found.items():
        for secret in secrets:
            kept = where.startswith(str(folder)) and secret == signed_with  # what signs must be kept to sign
            assert secret not in text or kept, where
        assert where.startswith(str(folder)) or not _SECRET.search(text), where
    assert any("appendonly" in str(path) for path in files)
    assert (folder / "keys.json").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
