"""How this process writes its log: lines for people or JSON for machines, to standard error.

A key never gets in, and the text of a reader only at debug level, which is off. The first is enforced here;
so is the second for tracebacks, whose messages may quote what was being read.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any, Literal, TextIO

import orjson
import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

_KEYS = re.compile(r"\b(codau_(?:website|moderator|admin)_|whsec_|Bearer )[\w+/=-]+")

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

_MAY_SPEAK = ("service.", "workers.", "redis.")


def set_up(
    log_format: Literal["console", "json"], *, level: int = logging.INFO, stream: TextIO | None = None
) -> None:
    """Write all of this process's log, that of libraries included, to `stream` (standard error).

    What is bound with `structlog.contextvars` is in every line: a request's id, a worker's name.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(told),
        without_keys,
        on_one_line,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(log_format, handler.stream),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # requests are told by our own middleware


def _renderer(log_format: str, stream: TextIO) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(serializer=_json)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)


def _json(event: EventDict, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def without_keys(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Blot out what looks like a key, in any string of a line."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _KEYS.sub(r"\1…", value)
    return event


def on_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Write control characters out: what a caller sent makes no line of its own, and moves no cursor.

    A traceback keeps its lines.
    """
    for name, value in event.items():
        if isinstance(value, str):
            lines = value.split("\n") if name == "exception" else [value]
            event[name] = "\n".join(_CONTROLS.sub(_written_out, line) for line in lines)
    return event


def _written_out(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]


def told(exc_info: ExcInfo) -> str:
    """A traceback, root cause first, without the messages of exceptions that may quote a reader."""
    return "\nwhich led to\n".join(_frames_and_name(error) for error in reversed(list(_causes(exc_info[1]))))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _frames_and_name(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    message = f": {error}" if isinstance(error, OSError) or kind.startswith(_MAY_SPEAK) else ""
    return "".join(traceback.format_tb(error.__traceback__)) + kind + message
