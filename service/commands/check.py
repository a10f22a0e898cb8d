"""`codau check`: the verdict on texts, without a server and without keeping anything."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

if TYPE_CHECKING:
    from service.comments.reasons import Language

Answer = dict[str, Any]


class LanguageName(StrEnum):
    """The language of the messages for readers."""

    VI = "vi"
    EN = "en"


def check(
    text: Annotated[
        str | None, typer.Argument(help="A comment; without one, each line of standard input is a comment.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON for each comment, as `POST /v1/check` answers.")
    ] = False,
    language: Annotated[LanguageName, typer.Option(help="Of the messages for readers.")] = LanguageName.VI,
) -> None:
    """Tell what would become of a comment, by the default policy.

    Example: `codau check "bai viet rat hay"`
    """
    texts = [os.fsencode(text)] if text is not None else _lines()
    as_text = _json_line if as_json else _tabbed if text is None else _block
    with _reader_may_leave():
        for line in texts:
            sys.stdout.write(as_text(judged(line, language.value)) + "\n")
            sys.stdout.flush()


def judged(line: bytes, language: Language) -> Answer:
    """What `POST /v1/check` answers for a body; for one that it would refuse, the code it refuses with.

    Args:
        line: UTF-8, perhaps not valid.
    """
    from pydantic import ValidationError

    from service.api.requests import Revision
    from service.api.views import verdict_view
    from service.comments import reasons
    from service.comments.policy import Policy
    from service.comments.preview import preview
    from service.judging.text import visible

    policy = Policy()
    with contextlib.suppress(UnicodeDecodeError, ValidationError):
        body = Revision(body=line.decode()).body
        if policy.length.min <= len(visible(body)) <= policy.length.max:
            return verdict_view(preview(body, policy), language)
    message = reasons.message(reasons.INVALID_REQUEST, language)
    return {
        "state": "rejected",
        "findings": [],
        "suggestion": None,
        "message": message,
        "reason": reasons.INVALID_REQUEST,
    }


def _lines() -> Iterator[bytes]:
    """The lines of standard input without their ends; a line ends with LF alone, as JSON lines do."""
    if sys.stdin.isatty():
        print("One comment a line; Ctrl-D ends.", file=sys.stderr)
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n")


def _json_line(answer: Answer) -> str:
    return orjson.dumps(answer).decode()


def _tabbed(answer: Answer) -> str:
    """One line: state, codes of the findings, suggestion."""
    codes = ",".join(finding["code"] for finding in answer["findings"]) or answer["reason"] or ""
    return "\t".join([answer["state"], codes, " ".join((answer["suggestion"] or "").split())]).rstrip("\t")


def _block(answer: Answer) -> str:
    """Several lines for a person."""
    lines = [answer["state"] + (f": {answer['reason']}" if answer["reason"] else "")]
    lines += [
        f"  {finding['action']:<6}  {finding['code']}  {finding['score']:.2f}"
        for finding in answer["findings"]
    ]
    lines += [f"  {answer[field]}" for field in ("message", "suggestion") if answer[field]]
    return "\n".join(lines)


@contextlib.contextmanager
def _reader_may_leave() -> Iterator[None]:
    """End quietly when whoever reads the output has gone, `head` for one."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's own flush at the end
