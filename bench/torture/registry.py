"""The scenarios by name; each is a module beside this one."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.torture.outcome import Outcome

SCENARIOS = (
    "kills",
    "lost_replies",
    "slow_clients",
    "gone_clients",
    "backup",
    "million_queued",
    "texts",
    "requests",
    "disk_full",
    "poison",
    "sentinel",
    "cluster",
    "partition",
    "memory_full",
    "clocks",
    "orphan",
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One of them.

    Attributes:
        promise: what is to hold, in one sentence.
        long: the class of sizes; made without arguments, the long form.
        short: a size that takes seconds.
    """

    name: str
    promise: str
    long: type[Any]
    short: Any
    run: Callable[[Any, Path], Outcome]


def scenario(name: str) -> Scenario:
    """The module's parts, see the package's docstring."""
    module = importlib.import_module(f"bench.torture.{name}")
    promise = (module.__doc__ or "").partition("\n")[0]
    return Scenario(name, promise, module.Size, module.SHORT, module.run)
