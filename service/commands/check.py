"""`codau check`: the verdict on texts, without a server and without keeping anything."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from service.commands.errors import Refused
from service.commands.explaining import explained
from service.commands.lines import LONGEST
from service.commands.output import harmless

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
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Of one TEXT also: what each finding saw, how likely each syllable lacks its marks, and the "
            "three likeliest ways to mark it.",
        ),
    ] = False,
) -> None:
    """Tell what would become of a comment, by the default policy; no server is needed.

    Lines are answered in order, as they come, a long file on all cores. Of a line for people: state, codes of
    the findings, suggestion, with tabs between them.

    Examples: `codau check "bai viet rat hay"`, `codau check --json < comments.txt > verdicts.jsonl`
    """
    if explain and (text is None or as_json):
        raise Refused("--explain is for one TEXT, and for people: without --json")
    try:
        if text is None:
            _check_lines(_json_line if as_json else _tabbed, language.value)
        else:
            answer = judged(os.fsencode(text), language.value)
            print(_json_line(answer) if as_json else _block(answer))
            if explain and answer["findings"]:
                print(*explained(text, answer["findings"]), sep="\n")
    except BrokenPipeError:  # whoever reads the answers has had enough of them, and that is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's own flush at the end


def _check_lines(as_text: Callable[[Answer], str], language: Language) -> None:
    from service.commands.pipeline import Pipeline
    from service.commands.progress import counted

    if sys.stdin is None or sys.stdout is None:
        raise Refused("standard input or output is closed")
    if sys.stdin.isatty():
        print("One comment a line; Ctrl-D ends.", file=sys.stderr)
    source = sys.stdin.fileno()
    with counted(source, "comments") as tell:
        Pipeline(
            source,
            sys.stdout.fileno(),
            functools.partial(_answers, as_text=as_text, language=language),
            processes=len(os.sched_getaffinity(0)),
            tell=tell,
        ).run()


def _answers(chunk: bytes, *, as_text: Callable[[Answer], str], language: Language) -> bytes:
    return b"".join(as_text(judged(line, language)).encode() + b"\n" for line in chunk.split(b"\n"))


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
        body = Revision(body=line[:LONGEST].decode()).body
        if len(line) <= LONGEST and policy.length.min <= len(visible(body)) <= policy.length.max:
            return verdict_view(preview(body, policy), language)
    message = reasons.message(reasons.INVALID_REQUEST, language)
    return {
        "state": "rejected",
        "findings": [],
        "suggestion": None,
        "message": message,
        "reason": reasons.INVALID_REQUEST,
    }


def _json_line(answer: Answer) -> str:
    return orjson.dumps(answer).decode()


def _tabbed(answer: Answer) -> str:
    """One line: state, codes of the findings, suggestion."""
    codes = ",".join(finding["code"] for finding in answer["findings"]) or answer["reason"] or ""
    return "\t".join([answer["state"], codes, harmless(answer["suggestion"] or "")]).rstrip("\t")


def _block(answer: Answer) -> str:
    """Several lines for a person."""
    lines = [answer["state"] + (f": {answer['reason']}" if answer["reason"] else "")]
    lines += [
        f"  {finding['action']:<6}  {finding['code']}  {finding['score']:.2f}"
        for finding in answer["findings"]
    ]
    lines += [f"  {harmless(answer[field])}" for field in ("message", "suggestion") if answer[field]]
    return "\n".join(lines)
