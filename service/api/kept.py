"""A bounded memory of one process: what nobody has asked for the longest is forgotten first."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by name, together no larger than so many bytes."""

    def __init__(self, max_bytes: int, size: Callable[[V], int]) -> None:
        self._max_bytes = max_bytes
        self._size = size
        self._bytes = 0
        self._values: dict[K, V] = {}

    def get(self, name: K) -> V | None:
        value = self._values.pop(name, None)
        if value is not None:
            self._values[name] = value
        return value

    def put(self, name: K, value: V) -> None:
        before = self._values.pop(name, None)
        self._bytes += self._size(value) - (self._size(before) if before is not None else 0)
        self._values[name] = value
        while self._bytes > self._max_bytes:
            oldest = next(iter(self._values))
            self._bytes -= self._size(self._values.pop(oldest))
