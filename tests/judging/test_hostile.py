"""Hostile texts cost no more than their length: counted in calls, and by the shape of expressions."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import service.judging
from service.judging.fingerprint import fingerprint
from service.judging.judge import judge
from service.judging.model import Rules
from service.judging.text import clean, visible

RULES = Rules(banned_words=("ngu", "óc chó", "a a a a a a b", "lồn"), blocked_domains=("abc.com", "an.com"))
REPEATED = [
    *(
        "a",
        "a ",
        "a.",
        "ab.",
        "a . ",
        ".com ",
        "x.com ",
        "xq . com ",
        "http://",
        "https://a",
        "@",
        "a@",
        "a at ",
    ),
    *(
        "0",
        "0 ",
        "09 ",
        "0912 ",
        "0912345678 ",
        "0912345677x",
        "1900 1234 ",
        "không chín ",
        "o",
        "oil ",
        "zalo:",
    ),
    *("stk 123456789 ", "1 2", "ngu ", "nguuu ", "n.g.u ", "n g u ", "lon ", "ch0 ", "a\u200b", "a\u0301"),
    *(
        "\u0430",
        "a\u0430",
        "𝐚",
        "😀",
        "🇻🇳",
        "👩\u200d",
        "a\n",
        "một hai ba\n",
        "N0 HU ",
        "Đ",
        "đường ",
        "!",
        "-",
    ),
    *("(", "a[.]", "a dot com ", "www.", "/", "1%", "1k ", "ａ", "．", "a1", "vay tiền 0912345678 abc.com "),
]
_LOOPS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_UNBOUNDED = 1_000


def _calls(work: Callable[[], object]) -> int:
    """How many calls a piece of work makes, C functions included."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", REPEATED)
def test_a_text_twice_as_long_costs_about_twice_the_calls(piece: str) -> None:
    short, long = (clean(piece * (size // len(piece))) for size in (1_500, 3_000))
    for work in (lambda text: judge(text, RULES), visible, fingerprint):
        for first in ("Tables are loaded by this", "Toi khong biet lam sao bay gio"):
            work(first)  # no cache knows the texts
        calls = [_calls(partial(work, text)) for text in (short, long)]
        assert calls[1] <= 2.5 * calls[0] + 500


def test_thousands_of_listed_words_cost_what_ten_do() -> None:
    text = "Đường này kẹt xe mỗi sáng, tuyệt mật xong tôi đi làm mất hơn một tiếng. " * 10
    words = ["".join(chr(97 + int(digit)) for digit in str(number)) for number in range(5_000)]
    few, many = (Rules(banned_words=tuple(f"tuyệt mật {word}" for word in words[:n])) for n in (10, 5_000))
    for rules in (few, many):
        judge(text, rules)
    calls = [_calls(partial(judge, text, rules)) for rules in (few, many)]
    assert calls[1] <= 1.05 * calls[0]


def _modules() -> Iterator[Any]:
    """All but the Vietnamese engine, whose one expression of this kind reads texts of bounded length."""
    for found in pkgutil.walk_packages(service.judging.__path__, "service.judging."):
        if "vietnamese" not in found.name:
            yield importlib.import_module(found.name)


def _patterns() -> list[Any]:
    cases = {}
    for module in _modules():
        for name, value in vars(module).items():
            values = value.values() if isinstance(value, dict) else [value]
            for one in values:
                if isinstance(one, re.Pattern):
                    cases[one.pattern] = pytest.param(one, id=f"{module.__name__}.{name}")
    return list(cases.values())


def _loops_in_loops(tree: Any, inside: bool = False) -> bool:
    """Whether an endless loop that gives back what it took holds, or is held by, another."""
    for kind, given in tree:
        if kind in _LOOPS:
            endless = given[1] >= _UNBOUNDED
            if (inside and endless) or _loops_in_loops(given[2], inside or endless):
                return True
        elif isinstance(given, tuple | list) and _loops_in_loops(_subtrees(given), inside):
            return True
    return False


def _subtrees(given: Any) -> list[Any]:
    """All operations in the operands of one."""
    found: list[Any] = []
    for part in given:
        if isinstance(part, _parser.SubPattern):
            found += list(part)
        elif isinstance(part, list):
            found += [one for branch in part if isinstance(branch, _parser.SubPattern) for one in branch]
    return found


@pytest.mark.parametrize("pattern", _patterns())
def test_no_expression_loops_in_a_loop(pattern: re.Pattern[str]) -> None:
    assert not _loops_in_loops(_parser.parse(pattern.pattern, pattern.flags))


def test_the_search_for_loops_finds_one() -> None:
    assert _loops_in_loops(_parser.parse(r"x(?:a+b)*"))
    assert not _loops_in_loops(_parser.parse(r"(?:a{1,3}b)*c+"))
