"""What does not come to an end is ended: the check of one text, or else the whole worker.

A check that computes without end is interrupted and counts as one that failed. What cannot be interrupted,
or waits without end, ends its process, which its supervisor starts again; what it held is taken over, and
goes to a person after three tries (`recoverer`).
"""

import asyncio
import contextlib
import faulthandler
import signal
from collections.abc import AsyncIterator
from types import FrameType

from service.judging.model import Context, Judgement, Rules
from workers.validator import Judge

LIMIT_S = 2.0
"""How much of a processor's time one text may take: most take some ms, the first one loads the tables."""

COMPUTING_S = 10.0
"""How much of a processor's time may pass without a turn of the event loop; most turns take some ms."""

SILENT_S = 120.0
"""How long the event loop may stand still by the clock: 20 s were seen on a machine that was far too busy."""

_EVERY_S = 1.0


class EndlessCheckError(Exception):
    """A text was judged for longer than any text takes."""


def limited(judge: Judge, limit_s: float = LIMIT_S) -> Judge:
    """The same checks, each text within a time; for the main thread, which alone hears signals."""

    def run(text: str, rules: Rules, context: Context) -> Judgement:
        signal.setitimer(signal.ITIMER_PROF, limit_s)
        try:
            return judge(text, rules, context)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    signal.signal(signal.SIGPROF, _ring)
    return run


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise EndlessCheckError


@contextlib.asynccontextmanager
async def watched(computing_s: float = COMPUTING_S, silent_s: float = SILENT_S) -> AsyncIterator[None]:
    """End this process, and write where it stood, when its event loop stands still for too long."""
    faulthandler.register(signal.SIGVTALRM, chain=True)  # it writes, and the signal then ends the process
    watching = asyncio.create_task(_watch(computing_s, silent_s))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        faulthandler.unregister(signal.SIGVTALRM)


async def _watch(computing_s: float, silent_s: float) -> None:
    while True:
        signal.setitimer(signal.ITIMER_VIRTUAL, computing_s)
        faulthandler.dump_traceback_later(silent_s, exit=True)
        await asyncio.sleep(_EVERY_S)
