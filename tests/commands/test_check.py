"""`codau check` answers what `/v1/check` does, one line for one line, and ends quietly."""

import json
import os
import pty
import signal
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.commands.check import judged
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
    [
        *(b"", b" \t ", b"\xff\xfe", b"a\0b", b"\xed\xa0\x80", "\N{ZERO WIDTH SPACE}".encode()),
        *(b"a" * 5001, b"a" * 65_537, b"a" + b" " * 65_536, "Đ".encode() * 50_000),
    ],
    ids=[
        *("empty", "blank", "no UTF-8", "NUL", "surrogate", "nothing to see"),
        *("too long", "over 64 KiB", "over 64 KiB of nothing", "over 64 KiB, cut in a letter"),
    ],
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
        assert running.wait(timeout=60) == 0
        assert running.stderr.read() == b""
        running.stdin.close()


def test_many_lines_are_answered_as_one_is(env: dict[str, str], tmp_path: Path) -> None:
    lines = [f"{(MARKED, UNMARKED, '')[number % 3]} {number * 7}".encode() for number in range(400)]
    (tmp_path / "lines").write_bytes(b"\n".join(lines))
    with (tmp_path / "lines").open("rb") as source:
        told = subprocess.check_output([*COMMAND, "check", "--json"], cwd=ROOT, env=env, stdin=source)
    assert told.splitlines() == [orjson.dumps(judged(line, "vi")) for line in lines]


def test_each_answer_comes_before_the_next_line_is_there_and_ctrl_c_ends_it_quietly(
    env: dict[str, str],
) -> None:
    with subprocess.Popen(
        [*COMMAND, "check"], cwd=ROOT, env=env, stdin=-1, stdout=-1, stderr=-1, bufsize=0
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        for _ in range(2):
            running.stdin.write(f"{MARKED}\n".encode())
            assert running.stdout.readline() == b"pending\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 130
        assert running.stderr.read() == b""


def test_a_terminal_sees_how_far_it_is(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(b"1\n" * 300)
    ours, theirs = pty.openpty()
    with (tmp_path / "lines").open("rb") as source, (tmp_path / "answers").open("wb") as answers:
        subprocess.run(
            [*COMMAND, "check"], cwd=ROOT, env=env, stdin=source, stdout=answers, stderr=theirs, check=True
        )
    os.close(theirs)
    shown = os.read(ours, 65_536)
    os.close(ours)
    assert b"300 comments" in shown
    assert b"100%" in shown
    assert (tmp_path / "answers").read_bytes() == b"pending\tno_text\n" * 300


def test_a_closed_standard_input_is_one_line(env: dict[str, str]) -> None:
    command = ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "check"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "codau: standard input or output is closed\n")


def test_explaining_shows_what_was_seen_and_the_likeliest_ways_to_mark_it(terminal: Terminal) -> None:
    """For whoever asks why: each span, each syllable's probability, three restorations."""
    told = terminal("check", "--explain", "bai viet nay khong dung, goi 0912 345 678")
    assert "missing_diacritics saw: bai viet nay khong dung" in told.out
    assert "contact saw: 0912 345 678" in told.out
    assert "khong 1.00" in told.out
    assert "  1. Bài viết này không đúng, gọi 0912 345 678".lower() in told.out.lower()
    assert "  3. " in told.out


def test_nothing_is_explained_of_a_proper_comment(terminal: Terminal) -> None:
    """There is no finding to explain."""
    assert terminal("check", "--explain", MARKED).out == terminal("check", MARKED).out


def test_explaining_lines_is_refused(terminal: Terminal) -> None:
    """One line for one line would be broken."""
    assert terminal("check", "--explain", given=b"bai viet", status=1).err.count("\n") == 1
