"""Asking several servers at once, of which some may be gone and some may not know the latest."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

_T = TypeVar("_T")


async def most(questions: Iterable[Coroutine[Any, Any, _T | None]]) -> list[_T]:
    """The first answers, as soon as more than half have come, or all that come; None is no answer.

    >>> async def said(word: str | None) -> str | None: return word
    >>> asyncio.run(most([said("a"), said(None), said("b")]))
    ['a', 'b']
    """
    asked = [asyncio.ensure_future(question) for question in questions]
    enough, due, told = len(asked) // 2 + 1, set(asked), list[_T]()
    try:
        while due and len(told) < enough:
            _, due = await asyncio.wait(due, return_when=asyncio.FIRST_COMPLETED)
            answers = [one.result() for one in asked if one not in due]
            told = [answer for answer in answers if answer is not None]
    finally:
        for late in due:
            late.cancel()
        if due:
            await asyncio.wait(due)  # they give their connections back, which may be closed next
    return told
