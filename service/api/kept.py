"""A bounded memory of one process: what nobody has asked for the longest is forgotten first."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by name, together no larger than `most`, as `size` measures them."""

    def __init__(
        self, most: int, size: Callable[[V], int], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._size = size
        self._now_s = now_s
        self._sum = 0
        self._values: dict[K, tuple[V, float]] = {}  # with when it was asked for, the longest ago first

    def get(self, name: K) -> V | None:
        kept = self._values.pop(name, None)
        if kept is None:
            return None
        self._values[name] = (kept[0], self._now_s())
        return kept[0]

    def put(self, name: K, value: V) -> None:
        self._drop(name)
        self._sum += self._size(value)
        self._values[name] = (value, self._now_s())
        while self._sum > self._most:
            self._drop(next(iter(self._values)))

    def forget_unasked(self, for_s: float) -> None:
        """Forget what nobody has asked for in so many seconds."""
        until = self._now_s() - for_s
        while self._values:
            name, (_, asked) = next(iter(self._values.items()))
            if asked > until:
                return
            self._drop(name)

    def _drop(self, name: K) -> None:
        kept = self._values.pop(name, None)
        if kept is not None:
            self._sum -= self._size(kept[0])
