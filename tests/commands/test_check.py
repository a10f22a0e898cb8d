"""`codau check` answers what `/v1/check` does, one line for one line, and ends quietly."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Terminal
from tests.supervision.codau import COMMAND, ROOT, environment

UNMARKED = "toi khong biet tai sao lai nhu vay nua, that la buon cho dat nuoc minh"
MARKED = "Bài viết rất hay, cảm ơn tòa soạn!"


def answers(terminal: Terminal, lines: bytes, *options: str) -> list[dict[str, Any]]:
    told = terminal("check", "--json", *options, given=lines)
    assert told.err == ""
    return [json.loads(line) for line in told.out.split("\n")[:-1]]


def test_each_line_gets_one_line_in_order(terminal: Terminal) -> None:
    found = answers(terminal, f"{MARKED}\n\n{UNMARKED}\r\n{MARKED}".encode())
    assert [(one["state"], one["reason"]) for one in found] == [
        ("pending", None),
        ("rejected", "invalid_request"),
        ("rejected", "missing_diacritics"),
        ("pending", None),
    ]
    assert found[0] == found[3]
    assert found[2]["findings"][0]["code"] == "missing_diacritics"
    assert {frozenset(one) for one in found} == {
        frozenset(["state", "findings", "suggestion", "message", "reason"])
    }


@pytest.mark.parametrize(
    "line",
    [b"", b" \t ", b"\xff\xfe", b"a\0b", b"\xed\xa0\x80", b"a" * 5001, "\N{ZERO WIDTH SPACE}".encode()],
    ids=["empty", "blank", "no UTF-8", "NUL", "surrogate", "too long", "nothing to see"],
)
def test_a_line_that_is_no_body_is_answered_all_the_same(terminal: Terminal, line: bytes) -> None:
    marked = MARKED.encode()
    before, found, after = answers(terminal, b"\n".join([marked, line, marked]) + b"\n")
    assert (found["state"], found["reason"], found["findings"]) == ("rejected", "invalid_request", [])
    assert before == after


def test_a_line_ends_with_a_line_feed_alone(terminal: Terminal) -> None:
    separators = "\N{LINE SEPARATOR}\x85\x0b\x0c\r"
    assert len(answers(terminal, f"Hay{separators}quá\n".encode())) == 1


def test_nothing_in_is_nothing_out(terminal: Terminal) -> None:
    assert answers(terminal, b"") == []


def test_the_message_is_for_the_reader(terminal: Terminal) -> None:
    (vietnamese,) = answers(terminal, UNMARKED.encode())
    (english,) = answers(terminal, UNMARKED.encode(), "--language", "en")
    assert vietnamese["message"] == "Vui lòng gõ tiếng Việt có dấu."
    assert english["message"].isascii()


def test_one_text_is_told_to_a_person(terminal: Terminal) -> None:
    assert terminal("check", UNMARKED).out.splitlines()[0] == "rejected: missing_diacritics"
    assert terminal("check", MARKED).out == "pending\n"
    assert terminal("check", "--json", MARKED).out.count("\n") == 1


def test_lines_for_a_person_stay_one_line_each(terminal: Terminal) -> None:
    lines = terminal("check", given=f"{MARKED}\n\n{UNMARKED}\n".encode()).out.splitlines()
    assert lines[:2] == ["pending", "rejected\tinvalid_request"]
    assert lines[2].startswith("rejected\tmissing_diacritics")
    assert len(lines) == 3


def test_it_needs_no_server_and_leaves_nothing(terminal: Terminal, tmp_path: Path) -> None:
    terminal("check", MARKED)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "none")


def test_each_answer_comes_before_the_next_line_is_there(env: dict[str, str]) -> None:
    with subprocess.Popen(
        [*COMMAND, "check", "--json"], cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for _ in range(2):
            running.stdin.write(f"{MARKED}\n".encode())
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["state"] == "pending"
        running.stdin.close()


def test_a_reader_that_goes_away_ends_it_quietly(env: dict[str, str]) -> None:
    with subprocess.Popen(
        [*COMMAND, "check", "--json"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(f"{MARKED}\n".encode())
        running.stdin.flush()
        running.stdout.readline()
        running.stdout.close()
        running.stdin.write(f"{MARKED}\n".encode() * 10)
        running.stdin.flush()
        assert running.wait(timeout=20) == 0
        assert running.stderr.read() == b""
        running.stdin.close()
