"""What is wrong with an installation, and what to do about it. Reads only; `codau doctor` shows it.

`gathering` looks, once; what it found is `facts`. Each check is a pure function of these: it says what it saw
of one thing, good or bad, or nothing where that thing is not there.
"""

from collections.abc import Callable, Iterator, Sequence

from service.supervision.doctor import around, data, retention, server, webhooks
from service.supervision.doctor.facts import Facts, Seen

CHECKS: Sequence[Callable[[Facts], Iterator[Seen]]] = (
    *(around.misspelt, around.privacy, around.disk, around.admin_key, around.listens, around.calls_inside),
    server.reachable,
    *(server.version, server.role, server.copied, server.keeps_all, server.append_only),
    *(server.written_through, server.last_write, server.memory, server.clock),
    *(data.fit, data.readable, data.backlog, data.workers, data.set_aside, data.first_keys),
    *(retention.swept, retention.rewritten),
    *(webhooks.switched_off, webhooks.dead, webhooks.waiting),
)
"""In the order in which they are shown."""


def examine(facts: Facts) -> list[Seen]:
    """What every check saw."""
    return [seen for check in CHECKS for seen in check(facts)]
