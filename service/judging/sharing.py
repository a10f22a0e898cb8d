"""Work on a text that several checks share: done once, on demand, and gone when the text is.

What the work is, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

_Owner = TypeVar("_Owner")
_Made = TypeVar("_Made")


class lazily(Generic[_Owner, _Made]):  # noqa: N801  (a decorator)
    """A property worked out once.

    `functools.cached_property` does it too, but takes a lock in Python 3.11, and 2.5 times as long.
    """

    def __init__(self, work: Callable[[_Owner], _Made]) -> None:
        self._work, self.__doc__ = work, work.__doc__

    def __set_name__(self, owner: type[_Owner], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, one: None, owner: type[_Owner]) -> Self: ...
    @overload
    def __get__(self, one: _Owner, owner: type[_Owner]) -> _Made: ...
    def __get__(self, one: _Owner | None, owner: type[_Owner]) -> Self | _Made:
        """Work it out; from then on the attribute is found before this is asked."""
        if one is None:
            return self
        made = one.__dict__[self._name] = self._work(one)
        return made


class Shared:
    """What many look at: it keeps what they made of it."""

    def __init__(self) -> None:
        self._done: dict[object, Any] = {}

    def once(self, work: Callable[[Self], _Made]) -> _Made:
        """Give what the work makes of this; it is done the first time."""
        done = self._done
        if work not in done:
            done[work] = work(self)
        made: _Made = done[work]
        return made
