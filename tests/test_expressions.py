"""No regular expression of ours can be made to take long: each gets 16 KiB of what it nearly matches.

Nobody else's is ever compiled: lists of a policy hold words and domains, and a search holds words.
"""

import functools
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from random import Random
from re import _constants, _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import pytest

import examples.newspaper
import service
import workers
from tests.running import Running

SIZE = 16 * 1024
YARDSTICK = re.compile("<[^>]*>x"), "<"
"""Goes over the same again at each place of what is repeated, as none of ours may."""

MOST = 1 / 2
"""Of what the yardstick takes on the processor for one text: slow and fast ones find the same."""

TRIES = 6
"""Texts that an expression matches, drawn for each; what they are made of is repeated."""

AT_ONE_PLACE = {
    "service.judging.checks.contact._DOMAIN_AFTER": "is tried where an @ ends",
    "service.judging.checks.contact._LOCAL_BEFORE": "searches 64 characters",
    "service.judging.disguise._NUMBERED": "is matched with one whole word",
    "service.judging.links._HOST": "is tried where an address begins",
    "service.judging.links._NAME_BEFORE": "searches what stands before, cut to some words",
    "service.outgoing.urls._NUMBER": "is matched with a part of a URL, of 2,000 characters at most",
    "service.outgoing.urls._PRINTABLE": "is matched with a URL, of 2,000 characters at most",
    "service.outgoing.urls._USER": "is matched with a URL, of 2,000 characters at most",
}
"""Those that would take long if texts were searched for them, and why none is: tried at the start alone."""


def modules() -> Iterator[ModuleType]:
    for package in (service, workers, examples.newspaper):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(("__main__", "opentelemetry_spans")):
                yield importlib.import_module(found.name)


def expressions(value: Any) -> Iterator[re.Pattern[Any]]:
    """Those in a variable of a module: itself, in a collection, or bound in a method."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (one for one in value.values() if isinstance(one, re.Pattern))
    elif isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, re.Pattern))
    elif isinstance(getattr(value, "__self__", None), re.Pattern):
        yield value.__self__


def every_expression() -> dict[str, re.Pattern[Any]]:
    """By where it is first found."""
    found: dict[tuple[Any, int], tuple[str, re.Pattern[Any]]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for one in expressions(value):
                found.setdefault((one.pattern, one.flags), (f"{module.__name__}.{name}", one))
    return dict(found.values())


class Writer:
    """Writes texts that an expression matches, or nearly."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def text(self, tree: Any) -> str:
        return "".join(self._part(kind, given) for kind, given in tree)

    def _part(self, kind: Any, given: Any) -> str:
        if kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            least, most, part = given
            count = least + self._chance.randint(0, min(2, most - least))
            return "".join(self.text(part) for _ in range(count))
        if kind is _constants.BRANCH:
            return self.text(self._chance.choice(given[1]))
        if kind is _constants.SUBPATTERN:
            return self.text(given[-1])
        if kind is _constants.ATOMIC_GROUP:
            return self.text(given)
        if kind is _constants.IN:
            return self._one_of(given)
        return chr(given) if kind is _constants.LITERAL else "" if kind in _EMPTY else "a"

    def _one_of(self, given: Any) -> str:
        kind, value = self._chance.choice([one for one in given if one[0] is not _constants.NEGATE])
        if given[0][0] is _constants.NEGATE:
            return "a"
        if kind is _constants.RANGE:
            return chr(self._chance.choice(value))
        return chr(value) if kind is _constants.LITERAL else _OF_CATEGORY.get(value, "!")


_EMPTY = (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT, _constants.GROUPREF)
_OF_CATEGORY = {
    _constants.CATEGORY_DIGIT: "5",
    _constants.CATEGORY_WORD: "a",
    _constants.CATEGORY_NOT_SPACE: "a",
    _constants.CATEGORY_NOT_DIGIT: "a",
    _constants.CATEGORY_SPACE: " ",
}


def pieces(expression: re.Pattern[Any]) -> list[str]:
    """What may make it go over the same again and again: ends and beginnings of what it matches."""
    writer = Writer(Random(1))
    tree = _parser.parse(expression.pattern, expression.flags & ~re.DEBUG)
    found = {"a", " ", "0", ".", "\n", "<", "a ", "a.", "1.", "aa "}
    for _ in range(TRIES):
        text = writer.text(tree)
        found |= {text, text[:-1], text[1:], text[:1], text[:2], text[-1:], text[-2:]}
    return sorted(found - {""})


def spent(expression: re.Pattern[Any], text: str, *, at_one_place: bool) -> float:
    """Seconds of the processor to look through a text, and to match all of it."""
    given: Any = text.encode("utf-8", "replace") if isinstance(expression.pattern, bytes) else text
    began = time.process_time()
    if at_one_place:
        expression.match(given)
    else:
        for _ in expression.finditer(given):
            pass
    expression.fullmatch(given)
    return time.process_time() - began


def slow_at(expression: re.Pattern[Any], *, at_one_place: bool = False) -> str | None:
    """What a text repeats that takes too long, again when it is tried again; None where nothing does."""
    for piece in pieces(expression):
        text = repeated(piece)
        if all(spent(expression, text, at_one_place=at_one_place) > most_s() for _ in range(3)):
            return piece
    return None


def repeated(piece: str) -> str:
    return piece * (SIZE // len(piece)) + "\x00"


@functools.cache
def most_s() -> float:
    yardstick, piece = YARDSTICK
    return MOST * min(spent(yardstick, repeated(piece), at_one_place=False) for _ in range(3))


def test_no_text_of_its_own_kind_takes_an_expression_long() -> None:
    every = every_expression()
    slow = {name: slow_at(one, at_one_place=name in AT_ONE_PLACE) for name, one in every.items()}
    assert {name: piece for name, piece in slow.items() if piece is not None} == {}
    assert len(every) > 90
    assert every.keys() >= AT_ONE_PLACE.keys()


@pytest.mark.parametrize("wrong", [r"<[^>]*>x", r"(?:https?:)?[^ ]*@"])
def test_an_expression_that_goes_over_the_same_again_is_found(wrong: str) -> None:
    assert slow_at(re.compile(wrong)) is not None


async def test_what_looks_like_an_expression_is_a_word_in_a_list_and_in_a_search(service: Running) -> None:
    wrong = ["(x+x+)+y", "(.*q){20}", "[", "(?i)k", "ngu.*ngốc", "[a-z]+"]
    words = {"words": {"banned": wrong, "suspect": wrong}}
    assert (await service.admin("PATCH", "/v1/sites/bao/policy", json=words)).status == 200
    comment = await service.submit("Ngu rồi lại ngốc, đường này kẹt mỗi sáng " + "x" * 4_000)
    assert not {"banned_word", "suspect_word"} & {finding["code"] for finding in comment["findings"]}
    for word in wrong:
        answer = await service.moderator("GET", "/v1/queue", params={"q": word})
        assert answer.status == 200
    domains = await service.admin(
        "PATCH", "/v1/sites/bao/policy", json={"links": {"blocked_domains": [".*\\.vn"]}}
    )
    assert domains.status == 422
